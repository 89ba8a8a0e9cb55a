package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// runProgram runs a program of this module and returns what it prints.
func runProgram(t *testing.T, folder, variable string) string {
	t.Helper()
	program := exec.Command("go", "run", folder)
	program.Env = append(os.Environ(), variable)
	var errors bytes.Buffer
	program.Stderr = &errors
	printed, err := program.Output()
	if err != nil {
		t.Fatal(folder, err, errors.String())
	}
	return string(printed)
}

func TestTheServiceOverAllNodesPrintsWhatItsVersionForOneServerPrintsAndIsNotLonger(t *testing.T) {
	ports := strings.Fields(os.Getenv("REDISCLUSTER_PORTS"))
	if len(ports) < 2 {
		t.Fatal("no servers in REDISCLUSTER_PORTS: run scripts/with-redis 4 -- go test ./...")
	}
	nodes, single := ports[:len(ports)-1], ports[len(ports)-1]
	var config []string
	for at, port := range nodes {
		config = append(config, fmt.Sprintf(`"node_%d": "redis://127.0.0.1:%s"`, at+1, port))
	}
	got := runProgram(t, ".", `REDISCLUSTER_CONFIG={"hash_tag": "keep", "nodes": {`+strings.Join(config, ", ")+`}}`)
	expected := runProgram(t, "./goredis", "REDIS_URL=redis://127.0.0.1:"+single)
	if got != expected {
		t.Errorf("rediscluster:\n%s\ngo-redis:\n%s", got, expected)
	}
	for _, line := range []string{"allowed 3 of 5 calls\n", "log: done: resize\nlog: done: send\n", "miss <html>\nhit <html>\n",
		"transfer true\ntransfer false\nbalances [30 70]\n", "1 pages\ntrue\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is missing in\n%s", line, got)
		}
	}
	if ours, theirs := lines(t, "main.go"), lines(t, "goredis/main.go"); ours > theirs {
		t.Errorf("%d lines, with go-redis %d", ours, theirs)
	}
}

func lines(t *testing.T, file string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(text, []byte("\n"))
}
