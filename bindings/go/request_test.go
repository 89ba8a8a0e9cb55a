package rediscluster

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestCommandsAreEncodedAsRESP(t *testing.T) {
	var r request
	args := []any{"SET", []byte("k\x00"), "", []byte(nil), true, false, -1, int8(-8), int16(16), int32(32), int64(math.MinInt64),
		uint(1), uint8(8), uint16(16), uint32(32), uint64(math.MaxUint64), float32(0.1), 1e6, -2.5, math.Inf(1)}
	if err := r.addCommand(args); err != nil {
		t.Fatal(err)
	}
	want := []string{"SET", "k\x00", "", "", "1", "0", "-1", "-8", "16", "32", "-9223372036854775808",
		"1", "8", "16", "32", "18446744073709551615", "0.1", "1000000", "-2.5", "+Inf"}
	var parsed []string
	header, rest, _ := strings.Cut(string(r.bytes), "\r\n")
	for rest != "" {
		_, rest, _ = strings.Cut(rest, "\r\n") // the length; no argument contains CRLF
		var text string
		text, rest, _ = strings.Cut(rest, "\r\n")
		parsed = append(parsed, text)
	}
	if header != "*20" || strings.Join(parsed, "|") != strings.Join(want, "|") {
		t.Errorf("%s %q", header, parsed)
	}
	if !strings.HasPrefix(string(r.bytes), "*20\r\n$3\r\nSET\r\n$2\r\nk\x00\r\n$0\r\n\r\n") {
		t.Errorf("%q", r.bytes)
	}
}

func TestABadArgumentLeavesTheRequestUnchanged(t *testing.T) {
	type named string
	for want, arg := range map[string]any{
		"argument 2 is nil": nil, "argument 2 is time.Duration": time.Second, "argument 2 is []string": []string{"a"},
		"argument 2 is map[string]int": map[string]int{}, "argument 2 is rediscluster.named": named("x"), "argument 2 is *int": new(int),
	} {
		var r request
		r.bytes = append(r.bytes, "before"...)
		err := r.addCommand([]any{"SET", "key", arg, "more"})
		if !errors.Is(err, ErrArgument) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if r.unsafeString() != "before" {
			t.Errorf("the request is now %q", r.bytes)
		}
	}
	if err := new(request).addCommand(nil); !errors.Is(err, ErrArgument) {
		t.Errorf("no arguments: %v", err)
	}
}

func TestLargeRequestsDoNotReturnToThePool(t *testing.T) {
	r := &request{bytes: make([]byte, 10, maxPooledRequest+1)}
	r.returnToPool()
	if len(r.bytes) != 10 {
		t.Error("a large request returned to the pool")
	}
}
