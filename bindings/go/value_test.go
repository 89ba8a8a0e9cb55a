package rediscluster_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestRepliesHaveTheTypeOfTheServer(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "RPUSH", "list", "a", "b")
	do(t, c, "SET", "text", "17")
	cases := []struct {
		kind    rediscluster.Type
		text    string
		command []any
	}{
		{rediscluster.TypeStatus, "OK", []any{"SET", "key", "value"}},
		{rediscluster.TypeString, "17", []any{"GET", "text"}},
		{rediscluster.TypeInteger, "18", []any{"INCR", "text"}},
		{rediscluster.TypeNil, "(nil)", []any{"GET", "nothing"}},
		{rediscluster.TypeArray, "[a b]", []any{"LRANGE", "list", 0, -1}},
		{rediscluster.TypeArray, "[]", []any{"LRANGE", "nothing", 0, -1}},
		{rediscluster.TypeArray, "[a (nil)]", []any{"EVAL", "return {'a', false}", 1, "list"}},
		{rediscluster.TypeNilArray, "(nil)", []any{"BLPOP", "nothing", "0.01"}},
	}
	for _, x := range cases {
		v := do(t, c, x.command...)
		if v.Type() != x.kind || v.String() != x.text {
			t.Errorf("%v: %v %s, want %v %s", x.command, v.Type(), v, x.kind, x.text)
		}
	}
}

func TestRepliesHaveTheTypesOfRESP3(t *testing.T) {
	openEmpty(t)
	c, err := rediscluster.Open(strings.Replace(os.Getenv("REDISCLUSTER_CONFIG"), "{", `{"protocol":3,`, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	script := func(value string) rediscluster.Value {
		return do(t, c, "EVAL", "redis.setresp(3); return "+value, 1, "key")
	}
	if v := do(t, c, "GET", "nothing"); v.Type() != rediscluster.TypeNull || !v.IsNil() || v.String() != "(nil)" {
		t.Error(v.Type(), v)
	}
	booleans, err := script("{true, false}").Array()
	if yes, no := booleans[0], booleans[1]; err != nil || yes.Type() != rediscluster.TypeBoolean || yes.String() != "true" {
		t.Error(yes.Type(), yes, err)
	} else if value, err := no.Bool(); value || err != nil {
		t.Error(value, err)
	}
	v := script("{double=-1.5}")
	if number, err := v.Float(); v.Type() != rediscluster.TypeDouble || number != -1.5 || v.String() != "-1.5" || err != nil {
		t.Error(v.Type(), number, err)
	}
	v = script("{big_number='12345678901234567890'}")
	if number, err := v.BigInt(); v.Type() != rediscluster.TypeBigNumber || err != nil || number.String() != v.String() {
		t.Error(v.Type(), number, err)
	}
	v = script("{verbatim_string={format='txt', string='text'}}")
	if text, err := v.Text(); v.Type() != rediscluster.TypeVerbatim || text != "text" || err != nil {
		t.Error(v.Type(), text, err)
	}
	v = script("{map={a={set={b=true}}}}")
	if fields, err := v.Map(); v.Type() != rediscluster.TypeMap || err != nil || fields["a"].Type() != rediscluster.TypeSet || fields["a"].String() != "[b]" {
		t.Error(v.Type(), v, err)
	}
	do(t, c, "SADD", "one", "member")
	if v := do(t, c, "SUNION", "one", "two", "three"); v.Type() != rediscluster.TypeSet || v.String() != "[member]" {
		t.Error(v.Type(), v)
	}
}

func TestBytesAreStoredUnchanged(t *testing.T) {
	c := openEmpty(t)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for name, value := range map[string]string{
		"empty": "", "NUL": "\x00", "NULs": "a\x00b\x00", "CRLF": "\r\n$3\r\nfoo\r\n", "every byte": string(all), "64 MiB": strings.Repeat("0123456789abcdef", 4<<20),
	} {
		key := "key \x00\r\n\xff " + name
		do(t, c, "SET", key, value)
		got, err := do(t, c, "GET", []byte(key)).Bytes()
		if err != nil || !bytes.Equal(got, []byte(value)) {
			t.Errorf("%s: %d bytes returned, %d stored (%v)", name, len(got), len(value), err)
		}
	}
	do(t, c, "SET", "", "the empty key")
	if got := do(t, c, "GET", []byte(nil)).String(); got != "the empty key" {
		t.Errorf("the value of the empty key is %q", got)
	}
}

func TestALargeArrayIsComplete(t *testing.T) {
	c := openEmpty(t)
	want := fillList(t, c, "list", 100_000)
	got, err := do(t, c, "LRANGE", "list", 0, -1).Strings()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%d elements, %v", len(got), err)
	}
}

// fillList pushes count elements of 32 bytes and returns them.
func fillList(t testing.TB, c *rediscluster.Client, key string, count int) []string {
	t.Helper()
	p, elements := c.Pipeline(), make([]string, count)
	for i := range elements {
		elements[i] = fmt.Sprintf("%032d", i)
		p.Add("RPUSH", key, elements[i])
	}
	if _, err := p.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	return elements
}

func TestANestedReplyKeepsItsStructure(t *testing.T) {
	c := openEmpty(t)
	v := do(t, c, "EVAL", "return {{{{{{{{'deep', 8}, 'x'}}}}}}, 'end'}", 1, "key")
	if got := v.String(); got != "[[[[[[[[deep 8] x]]]]]] end]" {
		t.Error(got)
	}
}

func TestTheDepthOfRepliesIsASetting(t *testing.T) {
	c := servers(t, 3).with("max_reply_depth", 6000).open(t)
	v := do(t, c, "EVAL", "local t = {} for _ = 2, 6000 do t = {t} end return t", 0)
	depth := 0
	for elements := []rediscluster.Value{v}; len(elements) > 0; depth++ {
		var err error
		if elements, err = elements[0].Array(); err != nil {
			t.Fatal(err)
		}
	}
	if depth != 6000 {
		t.Errorf("the reply has %d levels", depth)
	}
}

func TestAnErrorInsideAnArrayIsAnElement(t *testing.T) {
	c := openEmpty(t)
	v := do(t, c, "EVAL", `return {1, redis.error_reply('ERR \255\254 bytes'), 'after'}`, 1, "key")
	elements, err := v.Array()
	if err != nil || len(elements) != 3 {
		t.Fatal(v, err)
	}
	if got := elements[1].Err(); got != rediscluster.ServerError("ERR \xff\xfe bytes") {
		t.Errorf("%q", got)
	}
	if elements[1].Type() != rediscluster.TypeError || elements[0].Err() != nil || elements[2].String() != "after" {
		t.Error(v)
	}
	if _, err := elements[1].Text(); err != elements[1].Err() {
		t.Errorf("the accessor of an error returns %v", err)
	}
}

func TestAccessorsConvertReplies(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "MSET", "int{x}", -5, "float{x}", 1.5, "word{x}", "word", "true{x}", true)
	do(t, c, "HSET", "hash{x}", "a", 1, "b", 2)

	if n, err := do(t, c, "GET", "int{x}").Int(); n != -5 || err != nil {
		t.Error(n, err)
	}
	if f, err := do(t, c, "GET", "float{x}").Float(); f != 1.5 || err != nil {
		t.Error(f, err)
	}
	if text, err := do(t, c, "INCRBY", "int{x}", 2).Text(); text != "-3" || err != nil {
		t.Error(text, err)
	}
	if f, err := do(t, c, "INCRBY", "int{x}", 0).Float(); f != -3 || err != nil {
		t.Error(f, err)
	}
	if n, err := do(t, c, "GET", "true{x}").Int(); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, err := do(t, c, "GET", "word{x}").Int(); err == nil {
		t.Error("Int accepts a word")
	}
	fields, err := do(t, c, "HGETALL", "hash{x}").Map()
	if err != nil || len(fields) != 2 || fields["a"].String() != "1" || fields["b"].String() != "2" {
		t.Error(fields, err)
	}
	if texts, err := do(t, c, "MGET", "word{x}", "none{x}").Strings(); err != nil || !reflect.DeepEqual(texts, []string{"word", ""}) {
		t.Error(texts, err)
	}
}

func TestAccessorsRejectOtherTypesAndNil(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "RPUSH", "list", "a", "b", "c")
	list := do(t, c, "LRANGE", "list", 0, -1)
	_, text := list.Text()
	_, number := list.Int()
	_, float := list.Float()
	_, odd := list.Map()
	_, array := do(t, c, "LLEN", "list").Array()
	for _, err := range []error{text, number, float, odd, array} {
		if !errors.Is(err, rediscluster.ErrArgument) {
			t.Errorf("%v", err)
		}
	}
	none := do(t, c, "GET", "none")
	_, text = none.Text()
	_, raw := none.Bytes()
	_, number = none.Int()
	_, float = none.Float()
	_, array = none.Strings()
	_, fields := none.Map()
	for _, err := range []error{text, raw, number, float, array, fields} {
		if err != rediscluster.ErrNil {
			t.Errorf("%v", err)
		}
	}
	if zero := (rediscluster.Value{}); !zero.IsNil() || zero.Err() != nil {
		t.Error("the zero value is not nil")
	}
}
