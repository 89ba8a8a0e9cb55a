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

type unmarshalable struct{}

func (unmarshalable) MarshalBinary() ([]byte, error) { return nil, errors.New("no bytes") }

func TestNamedTypesAndMarshalersAreArguments(t *testing.T) {
	type (
		text    string
		octets  []byte
		number  int16
		natural uint32
		float   float64
		small   float32
		truth   bool
	)
	var r request
	moment := time.Date(2024, 2, 29, 1, 2, 3, 4, time.UTC)
	if err := r.addCommand([]any{"X", text("a"), octets("b"), number(-3), natural(4), float(0.5), small(0.1), truth(true), time.March, moment}); err != nil {
		t.Fatal(err)
	}
	marshaled, err := moment.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	want := "*10\r\n$1\r\nX\r\n$1\r\na\r\n$1\r\nb\r\n$2\r\n-3\r\n$1\r\n4\r\n$3\r\n0.5\r\n$3\r\n0.1\r\n$1\r\n1\r\n$1\r\n3\r\n$15\r\n" +
		string(marshaled) + "\r\n"
	if string(r.bytes) != want {
		t.Errorf("%q, want %q", r.bytes, want)
	}
}

func TestADurationIsSentInTheUnitOfItsPlace(t *testing.T) {
	for _, x := range []struct {
		args  []any
		index int
		want  string // or the end of the error
	}{
		{[]any{"SET", "k", "v", "EX", 90 * time.Second}, 4, "90"},
		{[]any{"set", "k", "v", "px", 1500 * time.Millisecond}, 4, "1500"},
		{[]any{"GETEX", "k", "PX", time.Second}, 3, "1000"},
		{[]any{"EXPIRE", "k", time.Hour}, 2, "3600"},
		{[]any{"PEXPIRE", "k", time.Hour, "NX"}, 2, "3600000"},
		{[]any{"SETEX", "k", time.Minute, "v"}, 2, "60"},
		{[]any{"BLPOP", "a", "b", 1500 * time.Millisecond}, 3, "1.5"},
		{[]any{"BLMPOP", 100 * time.Millisecond, 1, "a", "LEFT"}, 1, "0.1"},
		{[]any{"XREAD", "COUNT", 1, "BLOCK", time.Second, "STREAMS", "s", "$"}, 4, "1000"},
		{[]any{"WAIT", 1, time.Second}, 2, "1000"},
		{[]any{"HPEXPIRE", "k", time.Second, "FIELDS", 1, "f"}, 2, "1000"},
		{[]any{"MSETEX", 1, "k", "v", "EX", time.Minute}, 5, "60"},
		{[]any{"MIGRATE", "host", 6379, "k", 0, time.Second}, 5, "1000"},
		{[]any{"SET", "k", "v", "EX", 1500 * time.Millisecond}, 4, "is 1.5s, but the command takes whole seconds"},
		{[]any{"PEXPIRE", "k", time.Microsecond}, 2, "is 1µs, but the command takes whole milliseconds"},
		{[]any{"SET", "EX", time.Second}, 2, "the unit of this argument is not known: pass a number"},
		{[]any{"HSET", "k", "idle", time.Second}, 3, "the unit of this argument is not known: pass a number"},
		{[]any{"INCRBY", "k", time.Second}, 2, "the unit of this argument is not known: pass a number"},
		{[]any{time.Second}, 0, "the unit of this argument is not known: pass a number"},
	} {
		got, err := durationText(x.args, x.index, x.args[x.index].(time.Duration))
		if err != nil {
			got = err.Error()
		}
		if !strings.HasSuffix(got, x.want) || err == nil && got != x.want {
			t.Errorf("%v: %q, want %q", x.args, got, x.want)
		}
	}
}

func TestABadArgumentLeavesTheRequestUnchanged(t *testing.T) {
	type named struct{}
	for want, arg := range map[string]any{
		"argument 2 is nil": nil, "argument 2 is time.Duration": time.Second, "argument 2 is []string": []string{"a"},
		"argument 2 is map[string]int": map[string]int{}, "argument 2 is rediscluster.named": named{}, "argument 2 is *int": new(int),
		"argument 2 cannot be marshaled: no bytes": unmarshalable{},
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
