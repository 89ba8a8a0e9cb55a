package rediscluster

import "testing"

// index makes the entries of a reply by hand.
func index(entries ...entry) []entry { return entries }

func of(kind Type, length int, data int64) entry {
	return entry{head: uint64(length)<<8 | uint64(kind), data: data}
}

func TestDecode(t *testing.T) {
	d := decoder{
		entries: index(
			of(TypeArray, 4, 9),
			of(TypeArray, 2, 3),
			of(TypeString, 3, 0),
			of(TypeArray, 1, 1),
			of(TypeInteger, 0, -7),
			of(TypeNil, 0, 0),
			of(TypeMap, 2, 2),
			of(TypeStatus, 2, 3),
			of(TypeNilArray, 0, 0),
			of(TypeString, 0, 5),
		),
		bytes: "fooOK",
	}
	if got := d.value(0).String(); got != "[[foo [-7]] (nil) [OK (nil)] ]" {
		t.Error(got)
	}
	if got := d.value(2).String(); got != "foo" {
		t.Error(got)
	}
	if got := d.after(1); got != 5 {
		t.Error("behind the first child stands", got)
	}
}

func TestDecodedValuesAreOfGo(t *testing.T) {
	memory := []byte("foobar")
	borrowed := (&request{bytes: memory}).text()
	d := decoder{entries: index(of(TypeArray, 2, 2), of(TypeString, 3, 0), of(TypeString, 3, 3)), bytes: borrowed}
	array, text := d.value(0), d.value(2)
	copy(memory, "xxxxxx") // as freed memory of the library would be
	if array.String() != "[foo bar]" || text.String() != "bar" {
		t.Error(array, text)
	}
}

func TestDecodeFailure(t *testing.T) {
	d := decoder{
		entries: index(
			of(TypeFailure, 4, 4), of(TypeInteger, 0, int64(ErrTimeout)), of(TypeString, 4, 0), of(TypeString, 6, 4), of(TypeInteger, 0, 1),
			of(TypeFailure, 4, 4), of(TypeInteger, 0, int64(ErrMemory)), of(TypeString, 4, 0), of(TypeNil, 0, 0), of(TypeInteger, 0, 0),
		),
		bytes: "slownode_1",
	}
	if got := *d.value(0).Err().(*Error); got != (Error{ErrTimeout, "slow", "node_1", true}) {
		t.Errorf("%+v", got)
	}
	if got := *d.value(5).Err().(*Error); got != (Error{ErrMemory, "slow", "", false}) {
		t.Errorf("%+v", got)
	}
}

func TestUnknownTypeOfAReply(t *testing.T) {
	v := decoder{entries: index(of(77, 0, 0))}.value(0)
	if _, err := v.Text(); v.Type() != 77 || v.IsNil() || err == nil {
		t.Error(v.Type(), err)
	}
}
