package rediscluster

import "strings"

// An entry describes one value of a reply, with the layout of rediscluster_entry. The entries of a reply are in pre-order:
// a value, then everything in it, then the next value.
type entry struct {
	head uint64 // lowest byte: the type; the rest: the length of a string, or the number of children of an array
	data int64  // of an integer: its value; of a string: its offset; of an array: the number of entries in it
}

func (e entry) kind() Type  { return Type(e.head & 0xff) }
func (e entry) length() int { return int(e.head >> 8) }

// A decoder turns the entries and the bytes of a reply, which are in memory of the library, into Values.
type decoder struct {
	entries []entry
	bytes   string
}

// value copies the value at an entry into Go memory. For a string it copies the string; for an array it copies all bytes
// of the reply once, and the strings in the array share the copy.
func (d decoder) value(at int) Value {
	switch e := d.entries[at]; {
	case e.kind().hasText():
		return newTextValue(e.kind(), strings.Clone(d.text(e)))
	case e.kind().hasElements():
		d.bytes = strings.Clone(d.bytes)
	}
	return d.sharedValue(at)
}

// detached is like value, but for an array it copies only the bytes of this value: the reply has those of other commands, too.
func (d decoder) detached(at int) Value {
	if !d.entries[at].kind().hasElements() {
		return d.value(at)
	}
	entries := d.entries[at:d.nextSibling(at)]
	first, end := int64(len(d.bytes)), int64(0)
	for _, e := range entries {
		if e.kind().hasText() {
			first, end = min(first, e.data), max(end, e.data+int64(e.length()))
		}
	}
	if end <= first {
		return d.sharedValue(at)
	}
	copied := make([]entry, len(entries))
	for i, e := range entries {
		if e.kind().hasText() {
			e.data -= first
		}
		copied[i] = e
	}
	return decoder{entries: copied, bytes: strings.Clone(d.bytes[first:end])}.sharedValue(0)
}

// sharedValue is like value, but its strings are substrings of d.bytes.
func (d decoder) sharedValue(at int) Value {
	switch e := d.entries[at]; {
	case e.kind() == TypeInteger || e.kind() == TypeBoolean:
		return Value{kind: e.kind(), number: e.data}
	case e.kind().hasText():
		return newTextValue(e.kind(), d.text(e))
	case e.kind() == typeAttribute:
		children := d.sharedChildren(at)
		return children[len(children)-1]
	case e.kind().hasElements():
		return newArrayValue(e.kind(), d.sharedChildren(at))
	default:
		return Value{kind: e.kind()}
	}
}

func (d decoder) sharedChildren(at int) []Value {
	children := make([]Value, d.entries[at].length())
	at++
	for i := range children {
		children[i] = d.sharedValue(at)
		at = d.nextSibling(at)
	}
	return children
}

func (d decoder) text(e entry) string { return d.bytes[e.data : e.data+int64(e.length())] }

func (d decoder) nextSibling(at int) int {
	if e := d.entries[at]; e.kind().hasElements() {
		return at + 1 + int(e.data)
	}
	return at + 1
}
