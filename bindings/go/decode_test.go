package rediscluster

import "testing"

func newEntry(kind Type, length int, data int64) entry {
	return entry{head: uint64(length)<<8 | uint64(kind), data: data}
}

func TestDecodeNestedArrays(t *testing.T) {
	d := decoder{
		entries: []entry{
			newEntry(TypeArray, 4, 9),
			newEntry(TypeArray, 2, 3),
			newEntry(TypeString, 3, 0),
			newEntry(TypeArray, 1, 1),
			newEntry(TypeInteger, 0, -7),
			newEntry(TypeNil, 0, 0),
			newEntry(TypeMap, 2, 2),
			newEntry(TypeStatus, 2, 3),
			newEntry(TypeNilArray, 0, 0),
			newEntry(TypeString, 0, 5),
		},
		bytes: "fooOK",
	}
	if got := d.value(0).String(); got != "[[foo [-7]] (nil) [OK (nil)] ]" {
		t.Error(got)
	}
	if got := d.value(2).String(); got != "foo" {
		t.Error(got)
	}
	if got := d.nextSibling(1); got != 5 {
		t.Error("after the first child comes entry", got)
	}
}

func TestDecodedValuesAreCopies(t *testing.T) {
	memory := []byte("foobar")
	borrowed := (&request{bytes: memory}).unsafeString()
	d := decoder{entries: []entry{newEntry(TypeArray, 2, 2), newEntry(TypeString, 3, 0), newEntry(TypeString, 3, 3)}, bytes: borrowed}
	array, text := d.value(0), d.value(2)
	copy(memory, "xxxxxx") // freed memory of the library would change like this
	if array.String() != "[foo bar]" || text.String() != "bar" {
		t.Error(array, text)
	}
}

func TestDecodeFailure(t *testing.T) {
	d := decoder{
		entries: []entry{
			newEntry(TypeFailure, 4, 4), newEntry(TypeInteger, 0, int64(ErrTimeout)), newEntry(TypeString, 4, 0), newEntry(TypeString, 6, 4), newEntry(TypeInteger, 0, 1),
			newEntry(TypeFailure, 4, 4), newEntry(TypeInteger, 0, int64(ErrMemory)), newEntry(TypeString, 4, 0), newEntry(TypeNil, 0, 0), newEntry(TypeInteger, 0, 0),
		},
		bytes: "slownode_1",
	}
	if got := *d.value(0).Err().(*Error); got != (Error{Code: ErrTimeout, Message: "slow", Node: "node_1", Executed: true}) {
		t.Errorf("%+v", got)
	}
	if got := *d.value(5).Err().(*Error); got != (Error{Code: ErrMemory, Message: "slow"}) {
		t.Errorf("%+v", got)
	}
}

func TestDecodeAnUnknownType(t *testing.T) {
	v := decoder{entries: []entry{newEntry(77, 0, 0)}}.value(0)
	if _, err := v.Text(); v.Type() != 77 || v.IsNil() || err == nil {
		t.Error(v.Type(), err)
	}
}
