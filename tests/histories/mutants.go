package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A mutant is the library without one rule of a protocol. The histories must find it; otherwise they prove nothing.
type mutant struct {
	name, workload, mode string
	file                 string // in src/
	rule, without        string // the text of the rule, and what replaces it
}

var mutants = []mutant{
	{"MSETNX: recover does not prevent a running call from storing", "MSETNX", "delays", "crossnode/msetnx/resolve.rs",
		"        commands.extend(missing.flat_map(|((key, _), _)| touch(key)));\n", "        let _ = (missing, touch);\n"},
	{"MSETNX: records are deleted before all are marked", "MSETNX", "delays", "crossnode/msetnx/resolve.rs",
		"for requests in [mark_requests(servers, intent), forget_requests(servers, intent)]", "for requests in [forget_requests(servers, intent)]"},
	{"MSETNX: keys that were stored are not removed", "MSETNX", "delays", "crossnode/msetnx/mod.rs",
		"let failed = if keys.is_empty() { Vec::new() } else { undo(connections, &keys, field) };",
		"let failed: Vec<(usize, Abort)> = Vec::new(); let _ = (&connections, &keys, field);"},
	{"MSETNX: reservations of others are ignored", "MSETNX", "calm", "crossnode/msetnx/reservation.rs",
		"if none_exists && are_all_held {", "if none_exists && (are_all_held || true) {"},
	{"MSET: an error reply of one node hides the others", "MSET", "recover", "crossnode/support/partial_write.rs",
		"        None if executed.is_empty() => return None,\n", "        None if executed.len() < parts.len() => return None,\n"},
	{"RENAMENX: the destination does not decide", "RENAMENX", "delays", "crossnode/transfer/rename.rs",
		`deliver: words![b"RENAMENX", landing_key, destination]`, `deliver: words![b"RENAME", landing_key, destination]`},
	{"RENAMENX: the source is taken although the destination exists", "RENAMENX", "calm", "crossnode/transfer/rename.rs",
		"if !(exists && self.only_new) => Ok(true)", "if !(exists && self.only_new && self.source.is_empty()) => Ok(true)"},
	{"RENAME: recover does not watch the landing key", "RENAME", "stalls", "crossnode/recover/recovery.rs",
		`        connections.send(Request::read(target, vec![words![b"WATCH", key]]))?;` + "\n", ""},
	{"RENAME: recover does not prevent a delivery", "RENAME", "delays", "crossnode/recover/recovery.rs",
		`words![b"SET", landing, b"", b"PX", b"60000"], words![b"UNLINK", landing], `, ""},
	{"LMPOP: earlier keys are not looked at again", "LMPOP", "delays", "crossnode/pop.rs",
		"        let other_servers = self.job.distinct_servers().into_iter().filter(|&server| server != self.job.server_of(key));\n",
		"        let other_servers = self.job.distinct_servers().into_iter().filter(|_| key == usize::MAX);\n"},
	{"LMOVE: a refused element returns at the other end", "LMOVE", "delays", "crossnode/transfer/list_element.rs",
		`job.key(0), b"LEFT", options.source_end];` + "\n    transfer.finish",
		`job.key(0), b"LEFT", if options.source_end == b"LEFT" { &b"RIGHT"[..] } else { b"LEFT" }];` + "\n    transfer.finish"},
}

// findMutants builds each mutant of the library in root, and runs the histories with it.
func findMutants(root, only string) (found, missed int, err error) {
	folder := filepath.Join(root, "target", "histories-mutants")
	for _, m := range mutants {
		if only != "" && only != m.workload {
			continue
		}
		library, err := m.build(root, folder)
		if err != nil {
			return found, missed, fmt.Errorf("%s: %w", m.name, err)
		}
		histories, duration, isFound, err := m.find(library)
		if err != nil {
			return found, missed, fmt.Errorf("%s: %w", m.name, err)
		}
		result := "ok, found"
		if isFound {
			found++
		} else {
			missed++
			result = "FAILED, not found"
		}
		fmt.Printf("test without the rule: %s … %s (%s, %s, %d histories, %.0f s)\n", m.name, result, m.workload, m.mode, histories, duration.Seconds())
	}
	return found, missed, nil
}

const (
	// What one process records and checks. It ends then, with its servers.
	mutantHistories = 200
	// A mutant that is not found until then counts as missed.
	mutantLimit = 10 * time.Minute
)

// find runs histories until one is broken. Returns how many there were at most, and how long it took.
func (m mutant) find(library string) (histories int, duration time.Duration, isFound bool, err error) {
	for begin := time.Now(); duration < mutantLimit; duration = time.Since(begin) {
		command := exec.Command(os.Args[0], "-count", fmt.Sprint(mutantHistories), "-workload", m.workload, "-mode", m.mode, "-show", "0")
		command.Env = append(os.Environ(), "LD_LIBRARY_PATH="+library)
		output, failure := command.CombinedOutput()
		histories += mutantHistories
		if failure != nil {
			isFound = strings.Contains(string(output), "FAILED")
			if !isFound {
				err = fmt.Errorf("%w: %s", failure, output)
			}
			return histories, time.Since(begin), isFound, err
		}
	}
	return histories, duration, false, nil
}

// build returns the folder of the library without the rule.
func (m mutant) build(root, folder string) (string, error) {
	source := filepath.Join(folder, "source")
	if err := os.RemoveAll(source); err != nil {
		return "", err
	}
	if err := os.MkdirAll(source, 0o755); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		from, to := filepath.Join(root, entry.Name()), filepath.Join(source, entry.Name())
		if entry.Name() == "src" {
			if output, err := exec.Command("cp", "-rp", from, to).CombinedOutput(); err != nil {
				return "", fmt.Errorf("%w: %s", err, output)
			}
		} else if err := os.Symlink(from, to); err != nil {
			return "", err
		}
	}
	file := filepath.Join(source, "src", m.file)
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if strings.Count(string(text), m.rule) != 1 {
		return "", fmt.Errorf("src/%s does not have the text of the rule exactly once", m.file)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), m.rule, m.without, 1)), 0o644); err != nil {
		return "", err
	}
	build := exec.Command("cargo", "rustc", "--quiet", "--lib", "--crate-type", "cdylib")
	build.Dir, build.Env = source, append(os.Environ(), "CARGO_TARGET_DIR="+folder, "CARGO_PROFILE_DEV_DEBUG=0")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	library := filepath.Join(folder, "debug")
	staged, err := filepath.Glob(filepath.Join(root, "target", "stage", "lib", "librediscluster.so.?"))
	if err != nil || len(staged) != 1 {
		return "", fmt.Errorf("no staged library: %v %v", staged, err)
	}
	link := filepath.Join(library, filepath.Base(staged[0]))
	os.Remove(link)
	return library, os.Symlink("librediscluster.so", link)
}
