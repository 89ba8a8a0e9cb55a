package rediscluster

import "strings"

// An entry is one value in the index of a reply, laid out as the library's rediscluster_entry.
type entry struct {
	head uint64 // the type in the low byte, above it the bytes of a text or the children of an array
	data int64  // an integer; of a text, where it starts; of an array, how many entries stand below it
}

func (e entry) kind() Type  { return Type(e.head & 0xff) }
func (e entry) length() int { return int(e.head >> 8) }

// A decoder makes Values of a reply's bytes and index, which lie in memory of the library.
type decoder struct {
	entries []entry
	bytes   string
}

// value decodes the entry at a place, with all that is below it, into memory of Go. A text is copied alone; of
// anything larger the bytes are copied once and all texts are parts of the copy.
func (d decoder) value(at int) Value {
	switch e := d.entries[at]; e.kind() {
	case TypeString, TypeStatus, TypeError:
		return textValue(e.kind(), strings.Clone(d.text(e)))
	case TypeArray, TypeMap, TypeFailure:
		d.bytes = strings.Clone(d.bytes)
	}
	return d.part(at)
}

// part decodes the entry at a place; its texts are parts of the decoder's bytes.
func (d decoder) part(at int) Value {
	switch e := d.entries[at]; e.kind() {
	case TypeInteger:
		return Value{kind: TypeInteger, number: e.data}
	case TypeString, TypeStatus, TypeError:
		return textValue(e.kind(), d.text(e))
	case TypeArray, TypeMap, TypeFailure:
		return arrayValue(e.kind(), d.children(at))
	default:
		return Value{kind: e.kind()}
	}
}

func (d decoder) children(at int) []Value {
	children := make([]Value, d.entries[at].length())
	at++
	for i := range children {
		children[i] = d.part(at)
		at = d.after(at)
	}
	return children
}

func (d decoder) text(e entry) string { return d.bytes[e.data : e.data+int64(e.length())] }

// after is the entry behind the one at a place and all that is below it.
func (d decoder) after(at int) int {
	switch e := d.entries[at]; e.kind() {
	case TypeArray, TypeMap, TypeFailure:
		return at + 1 + int(e.data)
	default:
		return at + 1
	}
}
