package rediscluster_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// Every language runs these cases: commands over several nodes reply like one server. tests/conformance describes the format.
func TestCommandsReplyLikeOneServer(t *testing.T) {
	folder := os.Getenv("REDISCLUSTER_VECTORS")
	if folder == "" {
		folder = "../../tests/conformance/commands"
	}
	files, _ := filepath.Glob(folder + "/*.txt")
	cases := 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { cases += runCommands(t, file) })
	}
	if cases < 500 {
		t.Errorf("only %d cases in %d files", cases, len(files))
	}
}

// runCommands runs the cases of a file, each on servers without keys, and returns the number of cases.
func runCommands(t *testing.T, file string) (cases int) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, isNewCase, got := servers(t, 3).open(t), true, []string{}
	for i, line := range strings.Split(string(text), "\n") {
		mark, rest, _ := strings.Cut(line, " ")
		if mark == "masters" {
			n, _ := strconv.Atoi(rest)
			c = servers(t, n).open(t)
		}
		if mark == "" || !strings.Contains("+->=~%", mark) {
			continue
		}
		if isNewCase {
			do(t, c, "FLUSHALL")
		}
		if isNewCase = strings.Contains("=~%", mark); isNewCase {
			cases++
			if want := parseReply(rest); !equal(mark, got, want) {
				t.Errorf("%s:%d: %.300q, want %.300q", filepath.Base(file), i+1, got, want)
			}
			continue
		}
		got = run(c, rest)
		if mark != ">" && (got[0][0] == '-') != (mark == "-") {
			t.Errorf("%s:%d: %s: %q", filepath.Base(file), i+1, rest, got)
		}
	}
	return cases
}

// run runs the command of a line and returns its reply in the format of the cases: a sign for the type, then the value; an
// array is followed by its elements.
func run(c *rediscluster.Client, line string) []string {
	var args []any
	for _, word := range strings.Split(line, " ") {
		args = append(args, unescaped(word))
	}
	v, err := c.Do(ctx, args...)
	if server := rediscluster.ServerError(""); errors.As(err, &server) {
		return []string{"-" + string(server)}
	} else if err != nil {
		return []string{err.Error()}
	}
	return formatReply(v)
}

func formatReply(v rediscluster.Value) []string {
	signs := map[rediscluster.Type]string{rediscluster.TypeString: "$", rediscluster.TypeStatus: "+", rediscluster.TypeInteger: ":"}
	switch v.Type() {
	case rediscluster.TypeNil:
		return []string{"_"}
	case rediscluster.TypeNilArray:
		return []string{"*_"}
	case rediscluster.TypeError:
		return []string{"-" + v.Err().Error()}
	case rediscluster.TypeArray:
		elements, _ := v.Array()
		all := []string{fmt.Sprint("*", len(elements))}
		for _, element := range elements {
			all = append(all, formatReply(element)...)
		}
		return all
	}
	text, err := v.Text()
	if err != nil {
		return []string{err.Error()}
	}
	return []string{signs[v.Type()] + text}
}

// parseReply splits the expected reply of a case into words. An error extends to the end of the line.
func parseReply(reply string) []string {
	words := strings.Split(reply, " ")
	if reply[0] == '-' {
		words = []string{reply}
	}
	for i, word := range words {
		words[i] = unescaped(word)
	}
	return words
}

// equal compares replies in order, or, depending on the mark, as elements (~) or pairs (%) in any order.
func equal(mark string, got, want []string) bool {
	step := map[string]int{"~": 1, "%": 2}[mark]
	return fmt.Sprintf("%q", grouped(got, step)) == fmt.Sprintf("%q", grouped(want, step))
}

func grouped(all []string, step int) []string {
	if step == 0 || len(all)%step != 1%step {
		return all
	}
	groups := []string{}
	for i := 1; i < len(all); i += step {
		groups = append(groups, fmt.Sprintf("%q", all[i:i+step]))
	}
	sort.Strings(groups)
	return append(groups, all[0])
}

var escape = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// unescaped returns the bytes of a word: \xff is one byte, "" is the empty string.
func unescaped(word string) string {
	if word == `""` {
		return ""
	}
	return escape.ReplaceAllStringFunc(word, func(digits string) string {
		code, _ := strconv.ParseUint(digits[2:], 16, 8)
		return string([]byte{byte(code)})
	})
}
