package rediscluster

import (
	"fmt"
	"strconv"
	"unsafe"
)

// Type is the type of a Value.
type Type uint8

// The types of replies, numbered as in the library.
const (
	TypeNil      Type = 0 // no such key, no such member
	TypeString   Type = 1 // a value of Redis: bytes
	TypeStatus   Type = 2 // a word of the server: OK, PONG
	TypeInteger  Type = 3
	TypeError    Type = 4 // an error of the server, see Value.Err
	TypeArray    Type = 5
	TypeNilArray Type = 6 // as TypeNil, where an array would have been
	TypeMap      Type = 7 // name, value, name, value …
	TypeFailure  Type = 8 // no reply from the server, see Value.Err
)

var typeNames = [...]string{"nil", "a string", "a status", "an integer", "an error", "an array", "nil", "a map", "a failure"}

// String names the type.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "type " + strconv.Itoa(int(t))
}

// A Value is a reply, or an element of one. It is immutable, may be used by many goroutines, and belongs to Go alone:
// nothing has to be freed. The zero Value is nil.
//
// The texts of one reply are parts of one block of memory, copied once: whoever keeps a small text of a large reply
// for long keeps the block, unless he keeps a strings.Clone of it.
type Value struct {
	_ [0]func() // no ==: it would compare addresses

	// One of 100,000 elements should cost no more than it must, so texts and elements share a pointer and a number:
	// 24 bytes, and less than half the time that a string, a slice and an integer side by side take.
	pointer unsafe.Pointer // of a text: its first byte; of elements: the first of them
	number  int64          // an integer, or how many bytes or elements
	kind    Type
}

func textValue(kind Type, text string) Value {
	return Value{kind: kind, pointer: unsafe.Pointer(unsafe.StringData(text)), number: int64(len(text))}
}

func arrayValue(kind Type, elements []Value) Value {
	return Value{kind: kind, pointer: unsafe.Pointer(unsafe.SliceData(elements)), number: int64(len(elements))}
}

// text is the text of a string, status or error.
func (v Value) text() string { return unsafe.String((*byte)(v.pointer), int(v.number)) }

func (v Value) textOrEmpty() string {
	if v.kind != TypeString {
		return ""
	}
	return v.text()
}

// elements are the children of an array, map or failure.
func (v Value) elements() []Value { return unsafe.Slice((*Value)(v.pointer), int(v.number)) }

// Type tells what the value is.
func (v Value) Type() Type { return v.kind }

// IsNil tells whether the value is nil, or a nil array.
func (v Value) IsNil() bool { return v.kind == TypeNil || v.kind == TypeNilArray }

// Err is the ServerError of a value that is an error, the *Error of one that is a failure, and nil for all others.
// Errors inside arrays are values; a command that answers nothing but an error has it returned by Do.
func (v Value) Err() error {
	switch v.kind {
	case TypeError:
		return ServerError(v.text())
	case TypeFailure:
		return v.failure()
	}
	return nil
}

// failure reads the four children of a failure: code, message, alias or nil, executed.
func (v Value) failure() *Error {
	part := v.elements()
	return &Error{
		Code:     Code(part[0].number),
		Message:  part[1].text(),
		Node:     part[2].textOrEmpty(),
		Executed: part[3].number != 0,
	}
}

// Text is the text of a string or status, and an integer in decimal.
func (v Value) Text() (string, error) {
	switch v.kind {
	case TypeString, TypeStatus:
		return v.text(), nil
	case TypeInteger:
		return strconv.FormatInt(v.number, 10), nil
	}
	return "", v.isNot("a text")
}

// Bytes is the Text in bytes of the caller's own.
func (v Value) Bytes() ([]byte, error) {
	text, err := v.Text()
	if err != nil {
		return nil, err
	}
	return []byte(text), nil
}

// Int is an integer, or a text that is one.
func (v Value) Int() (int64, error) {
	switch v.kind {
	case TypeString, TypeStatus:
		return strconv.ParseInt(v.text(), 10, 64)
	case TypeInteger:
		return v.number, nil
	}
	return 0, v.isNot("an integer")
}

// Float is a text that is a number, or an integer.
func (v Value) Float() (float64, error) {
	switch v.kind {
	case TypeString, TypeStatus:
		return strconv.ParseFloat(v.text(), 64)
	case TypeInteger:
		return float64(v.number), nil
	}
	return 0, v.isNot("a number")
}

// Array is the elements of an array, and the names and values of a map in turn. The slice belongs to the Value: read it.
func (v Value) Array() ([]Value, error) {
	if v.kind != TypeArray && v.kind != TypeMap {
		return nil, v.isNot("an array")
	}
	return v.elements(), nil
}

// Strings is the Text of each element of an array; a nil element is "", which Array tells apart.
func (v Value) Strings() ([]string, error) {
	elements, err := v.Array()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(elements))
	for i, element := range elements {
		if element.IsNil() {
			continue
		}
		if texts[i], err = element.Text(); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return texts, nil
}

// Map is a map, or an array of names and values in turn such as HGETALL answers.
func (v Value) Map() (map[string]Value, error) {
	elements, err := v.Array()
	if err != nil {
		return nil, err
	}
	if len(elements)%2 != 0 {
		return nil, &Error{Code: ErrArgument, Message: "the reply is an array of odd length, not a map"}
	}
	values := make(map[string]Value, len(elements)/2)
	for i := 0; i < len(elements); i += 2 {
		name, err := elements[i].Text()
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		values[name] = elements[i+1]
	}
	return values, nil
}

// isNot says why an accessor has nothing to answer.
func (v Value) isNot(wanted string) error {
	if v.IsNil() {
		return ErrNil
	}
	if err := v.Err(); err != nil {
		return err
	}
	return &Error{Code: ErrArgument, Message: "the reply is " + v.kind.String() + ", not " + wanted}
}

// String shows the value to people; Text is what programs want. Nil is (nil), an array its elements in brackets.
func (v Value) String() string {
	switch v.kind {
	case TypeNil, TypeNilArray:
		return "(nil)"
	case TypeInteger:
		return strconv.FormatInt(v.number, 10)
	case TypeArray, TypeMap:
		return fmt.Sprint(v.elements())
	case TypeError, TypeFailure:
		return v.Err().Error()
	}
	return v.text()
}
