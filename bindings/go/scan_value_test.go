package rediscluster_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

type named string

type octets []byte

type base struct {
	ID int `redis:"id"`
}

type account struct {
	base
	Name    string    `redis:"name"`
	Balance *float64  `redis:"balance,omitempty"`
	Active  bool      `redis:"active"`
	Since   time.Time `redis:"since"`
	Missing string    `redis:"missing"`
	Gone    *int      `redis:"gone"`
	Skipped string    `redis:"-"`
	Other   string
}

func TestScanStoresAHashInAStruct(t *testing.T) {
	c := openEmpty(t)
	since := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	do(t, c, "HSET", "account", "id", 7, "name", "Ada", "balance", 1.5, "active", true, "since", since, "Other", "x", "-", "x", "unknown", "x")
	one := 1
	got := account{Missing: "stays", Other: "stays", Gone: &one}
	if err := do(t, c, "HGETALL", "account").Scan(&got); err != nil {
		t.Fatal(err)
	}
	balance := 1.5
	want := account{base: base{7}, Name: "Ada", Balance: &balance, Active: true, Since: since, Missing: "stays", Other: "stays", Gone: &one}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	do(t, c, "HSET", "account", "id", "many")
	if err := do(t, c, "HGETALL", "account").Scan(&got); err == nil || !strings.HasPrefix(err.Error(), "id: ") {
		t.Error("an error names the field:", err)
	}
}

func scanned[T any](t *testing.T, v rediscluster.Value) T {
	t.Helper()
	got, err := rediscluster.As[T](v, nil)
	if err != nil {
		t.Errorf("%T: %v", got, err)
	}
	return got
}

func TestScanStoresAReplyInAVariableOfItsType(t *testing.T) {
	of := rediscluster.ValueOf
	for i, equal := range []bool{
		scanned[string](t, of("text")) == "text",
		scanned[named](t, of("text")) == "text",
		string(scanned[[]byte](t, of("text"))) == "text" && string(scanned[octets](t, of(octets("text")))) == "text",
		scanned[int](t, of("-12")) == -12,
		scanned[int64](t, of(12)) == 12 && scanned[int](t, of(uint8(12))) == 12,
		scanned[uint64](t, of("18446744073709551615")) == 1<<64-1,
		scanned[float32](t, of("0.5")) == 0.5,
		scanned[float64](t, of(0.25)) == 0.25,
		scanned[bool](t, of("1")) && scanned[bool](t, of(true)) && !scanned[bool](t, of(0)),
		scanned[*string](t, of(nil)) == nil && *scanned[*string](t, of("x")) == "x",
		scanned[rediscluster.Value](t, of(nil)).IsNil(),
		reflect.DeepEqual(scanned[[]int](t, of([]any{1, "2", nil})), []int{1, 2, 0}),
		reflect.DeepEqual(scanned[[][]string](t, of([]any{[]string{"a"}, []string{}})), [][]string{{"a"}, {}}),
		reflect.DeepEqual(scanned[map[named]int](t, of(map[string]any{"a": "1"})), map[named]int{"a": 1}),
		reflect.DeepEqual(scanned[map[string]string](t, of([]string{"a", "b"})), map[string]string{"a": "b"}),
		reflect.DeepEqual(scanned[[]account](t, of([]any{[]string{"id", "1"}, []string{"id", "2"}})), []account{{base: base{1}}, {base: base{2}}}),
	} {
		if !equal {
			t.Error("case", i)
		}
	}
}

func TestScanRefusesWhatDoesNotFit(t *testing.T) {
	of := rediscluster.ValueOf
	var number int8
	var single float32
	for want, err := range map[string]error{
		"the reply is 300, which int8 cannot hold": of(300).Scan(&number),
		"the reply is 1e+300, which float32":       of(1e300).Scan(&single),
		"Scan needs a pointer that is not nil":     of(1).Scan(number),
		"Scan cannot store a reply in chan int":    of(1).Scan(new(chan int)),
		"invalid syntax":                           of("many").Scan(&number),
		"the keys must be strings":                 of([]string{"1", "2"}).Scan(&map[int]int{}),
		"element 1: ":                              of([]any{1, "x"}).Scan(&[]int{}),
		"the reply is an array":                    of([]any{1}).Scan(&number),
		"the reply is nil":                         of(nil).Scan(&number),
		"WRONGTYPE of a server":                    of(rediscluster.ServerError("WRONGTYPE of a server")).Scan(&number),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := rediscluster.As[int](of(nil), nil); !errors.Is(err, rediscluster.Nil) {
		t.Error(err)
	}
	if _, err := rediscluster.As[int](of(1), rediscluster.ErrClosed); err != rediscluster.ErrClosed {
		t.Error("the error of Do:", err)
	}
}

func TestTypedGetters(t *testing.T) {
	of := rediscluster.ValueOf
	if n, err := of("12").Int64(); n != 12 || err != nil {
		t.Error(n, err)
	}
	if f, err := of("1.5").AsFloat(); f != 1.5 || err != nil {
		t.Error(f, err)
	}
	if s, err := of([]any{"a", nil}).StringSlice(); !reflect.DeepEqual(s, []string{"a", ""}) || err != nil {
		t.Error(s, err)
	}
	if m, err := of([]any{"a", 1, "b", nil}).StringMap(); !reflect.DeepEqual(m, map[string]string{"a": "1", "b": ""}) || err != nil {
		t.Error(m, err)
	}
	if _, err := of([]any{"a", []string{}}).StringMap(); err == nil || !strings.HasPrefix(err.Error(), "a: ") {
		t.Error(err)
	}
	if _, err := of(nil).Int64(); !errors.Is(err, rediscluster.Nil) {
		t.Error(err)
	}
}

func TestValueOfPanicsForWhatNoServerSends(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); text != "rediscluster: ValueOf of struct {}" {
			t.Error(text)
		}
	}()
	rediscluster.ValueOf(struct{}{})
}
