package rediscluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// requireTool returns the path of a tool. Compiling the package needs the same tools, so a missing one is a failure.
func requireTool(t *testing.T, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBuildWithoutCgoExplainsWhatIsMissing(t *testing.T) {
	for _, command := range []string{"build", "vet"} {
		build := exec.Command(requireTool(t, "go"), command, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		output, err := build.CombinedOutput()
		if err == nil || !strings.Contains(string(output), "needs_cgo__set_CGO_ENABLED_1") {
			t.Errorf("go %s: %v\n%s", command, err, output)
		}
		if command == "build" && strings.Count(string(output), "undefined") != 1 {
			t.Errorf("the compiler reports more than one undefined name:\n%s", output)
		}
	}
}

// The environment variable openAsChild makes the test program open a client and print the error: see TestMain.
const openAsChild = "REDISCLUSTER_TEST_OPEN"

func openAndPrintError() {
	_, err := rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG"))
	fmt.Println(err)
}

func TestOpenRefusesALibraryOfAnotherABI(t *testing.T) {
	folder := t.TempDir()
	name := "librediscluster.so.1"
	build := exec.Command(requireTool(t, "cc"), "-shared", "-fPIC", "-Wl,-soname,"+name, "-o", filepath.Join(folder, name), "testdata/other_abi.c")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), openAsChild+"=1", "LD_LIBRARY_PATH="+folder)
	output, err := child.CombinedOutput()
	if want := "the loaded library has ABI 999 (version 9.9.9), this package needs ABI 1"; err != nil || !strings.Contains(string(output), want) {
		t.Errorf("%v\n%s", err, output)
	}
}

// The ports of the program are replaced by those of the test servers.
func TestTheProgramInTheREADMERuns(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(readme), "```go\n")
	source, _, _ := strings.Cut(after, "```")
	for i, address := range []string{"127.0.0.1:63791", "127.0.0.1:63792"} {
		port := servers(t, 2).Nodes[fmt.Sprintf("node_%d", i+1)]["port"]
		source = strings.Replace(source, address, fmt.Sprintf("127.0.0.1:%v", port), 1)
	}
	output, err := runProgram(t, source)
	if err != nil || output != "bar\n" {
		t.Errorf("%v\n%s", err, output)
	}
}

// runProgram runs a program that imports this package, in a module of its own.
func runProgram(t *testing.T, source string) (output string, err error) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	const path = "github.com/rediscluster/rediscluster/bindings/go"
	folder := t.TempDir()
	for name, text := range map[string]string{
		"main.go": source,
		"go.mod":  fmt.Sprintf("module example\n\ngo 1.21\n\nrequire %s v0.0.0\n\nreplace %s => %s\n", path, path, here),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command(requireTool(t, "go"), "run", ".")
	run.Dir = folder
	combined, err := run.CombinedOutput()
	return string(combined), err
}
