package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
)

// Each line is a command: when it begins and ends, its words, and after "=>" its reply. "?" is an unknown outcome, "0" of MSETNX that there is nothing
// to store.
func parsed(t *testing.T, text string) []*operation {
	var all []*operation
	for number, line := range strings.Split(strings.TrimSpace(text), "\n") {
		o := &operation{number: number, outcome: succeeded}
		command, reply, _ := strings.Cut(line, " => ")
		words := strings.Fields(command)
		if _, err := fmt.Sscan(command, &o.call, &o.ret); err != nil {
			t.Fatal(line, err)
		}
		o.words, o.reply = words[2:], reply
		switch {
		case reply == "?":
			o.outcome = unknown
		case o.words[0] == "MSETNX" && reply == "0":
			o.outcome = nothing
		case o.words[0] == "FINAL":
			o.isFinalState = true
		}
		all = append(all, o)
	}
	return all
}

func TestHistoriesByKey(t *testing.T) {
	for _, one := range []struct {
		name, mode string
		result     porcupine.CheckResult
		history    string
	}{
		{"an MSETNX stores all keys", "recover", porcupine.Ok, `
			1 2 MSETNX a 1 b 1 c 1 => 1
			3 4 FINAL => t1|t1|t1`},
		{"a key of an acknowledged MSETNX is gone", "recover", porcupine.Illegal, `
			1 2 MSETNX a 1 b 1 c 1 => 1
			3 4 FINAL => t1||t1`},
		{"a part of an MSETNX remains", "recover", porcupine.Illegal, `
			1 2 MSETNX a 1 b 1 c 1 => ?
			3 4 FINAL => t1||`},
		{"an interrupted MSETNX is undone", "recover", porcupine.Ok, `
			1 6 MSETNX a 1 b 1 c 1 => ?
			2 3 GET a => 1
			7 8 FINAL => ||`},
		{"an MSETNX returns 0 although no key exists", "recover", porcupine.Illegal, `
			1 2 MSETNX a 1 b 1 => 0
			3 4 FINAL => ||`},
		{"one key is the reason for two replies", "recover", porcupine.Ok, `
			1 2 SET b x => OK
			3 6 MSETNX a 1 b 1 => 0
			4 7 MSETNX b 2 c 2 => 0
			8 9 FINAL => |tx|`},
		{"in a calm system nobody sees an MSETNX that fails", "calm", porcupine.Illegal, `
			1 2 SET b x => OK
			3 6 MSETNX a 1 b 1 => 0
			4 5 GET a => 1
			8 9 FINAL => |tx|`},
		{"DEL counts its keys", "calm", porcupine.Illegal, `
			1 2 MSET a 1 b 1 => OK
			3 4 DEL a c => 2
			5 6 FINAL => |t1|`},
		{"DEL says how many, not which", "calm", porcupine.Ok, `
			1 5 SET a 1 => OK
			2 4 DEL a b => 1
			3 6 SET b 2 => OK
			7 8 FINAL => t1||`},
	} {
		if result := check(parsed(t, one.history), one.mode, false); result != one.result {
			t.Errorf("%s: %v, not %v", one.name, result, one.result)
		}
	}
}

func TestTheRulesOfTheMutantsAreInTheSource(t *testing.T) {
	for _, m := range mutants {
		if text, err := os.ReadFile("../../src/" + m.file); err != nil || strings.Count(string(text), m.rule) != 1 {
			t.Errorf("%s: src/%s does not have the text of the rule exactly once (%v)", m.name, m.file, err)
		}
	}
}
