package rediscluster

import (
	"fmt"
	"strconv"
	"unsafe"
)

// A Value is a reply, or an element of one. It is immutable, safe for concurrent use by multiple goroutines, and in Go
// memory: nothing has to be freed. The zero Value is nil.
//
// The strings of one reply share one block of memory. A small string that is kept for long keeps the whole block; copy it
// with strings.Clone to release the rest of a large reply.
type Value struct {
	_ [0]func() // forbids ==, which would compare addresses

	// Strings and elements share a pointer and a number. That makes 24 bytes, which takes less than half the time of a
	// string, a slice and an integer next to each other when a reply has 100,000 elements.
	pointer unsafe.Pointer // to the first byte of a string, or to the first element
	number  int64          // the integer, or the number of bytes or elements
	kind    Type
}

func newTextValue(kind Type, text string) Value {
	return Value{kind: kind, pointer: unsafe.Pointer(unsafe.StringData(text)), number: int64(len(text))}
}

func newArrayValue(kind Type, elements []Value) Value {
	return Value{kind: kind, pointer: unsafe.Pointer(unsafe.SliceData(elements)), number: int64(len(elements))}
}

// text is valid for a type with bytes.
func (v Value) text() string { return unsafe.String((*byte)(v.pointer), int(v.number)) }

// elements is valid for a type with children.
func (v Value) elements() []Value { return unsafe.Slice((*Value)(v.pointer), int(v.number)) }

// Type returns the type of the value.
func (v Value) Type() Type { return v.kind }

// IsNil reports whether the value is nil, a nil array, or null.
func (v Value) IsNil() bool {
	return v.kind == TypeNil || v.kind == TypeNilArray || v.kind == TypeNull
}

// Err returns the ServerError of an error, the *Error of a failure, and nil for all other types. Do returns a reply that is
// an error as its error; an error inside an array is an element for which Err is not nil.
func (v Value) Err() error {
	switch v.kind {
	case TypeError:
		return ServerError(v.text())
	case TypeFailure:
		return v.failure()
	}
	return nil
}

// failure reads the children of a failure: code, message, alias or nil, executed.
func (v Value) failure() *Error {
	child := v.elements()
	failure := &Error{
		Code:     Code(child[0].number),
		Message:  child[1].text(),
		Executed: child[3].number != 0,
	}
	if alias := child[2]; !alias.IsNil() {
		failure.Node = alias.text()
	}
	return failure
}

// String formats the value for people. Programs use Text, which reports nil and errors. A nil value is "(nil)", an array is
// its elements in brackets.
func (v Value) String() string {
	switch v.kind {
	case TypeNil, TypeNilArray, TypeNull:
		return "(nil)"
	case TypeBoolean:
		return strconv.FormatBool(v.number != 0)
	case TypeInteger:
		return strconv.FormatInt(v.number, 10)
	case TypeArray, TypeMap, TypeSet, TypePush:
		return fmt.Sprint(v.elements())
	case TypeError, TypeFailure:
		return v.Err().Error()
	}
	return v.text()
}
