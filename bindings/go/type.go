package rediscluster

import "strconv"

// Type is the type of a Value.
type Type uint8

// The types of values. The numbers are those of the library.
const (
	TypeNil      Type = 0 // no value: a missing key or member
	TypeString   Type = 1 // a bulk string of any bytes
	TypeStatus   Type = 2 // a simple string, such as OK or PONG
	TypeInteger  Type = 3
	TypeError    Type = 4 // an error reply of a server: see Value.Err
	TypeArray    Type = 5
	TypeNilArray Type = 6 // like TypeNil, where the command could have returned an array
	TypeMap      Type = 7 // names and values, alternating
	TypeFailure  Type = 8 // a command without a reply: see Value.Err

	// Servers return these types only if the configuration has "protocol": 3, or a session has sent HELLO 3. A value with
	// attributes (type 16 of the library) becomes the value itself.
	TypeNull      Type = 9  // no value: IsNil reports true
	TypeBoolean   Type = 10 // see Value.Bool
	TypeDouble    Type = 11 // see Value.Float
	TypeBigNumber Type = 12 // an integer of any size: see Value.BigInt
	TypeVerbatim  Type = 13 // a text for people
	TypeSet       Type = 14 // distinct elements: see Value.Array
	TypePush      Type = 15 // a message that is not the reply to a command

	typeAttribute Type = 16 // names and values of attributes, and last the value that they belong to
)

var typeNames = [...]string{
	"nil", "a string", "a status", "an integer", "an error", "an array", "nil", "a map", "a failure",
	"null", "a boolean", "a double", "a big number", "a verbatim string", "a set", "a push", "an attribute",
}

// hasText reports whether values of the type have bytes.
func (t Type) hasText() bool {
	switch t {
	case TypeString, TypeStatus, TypeError, TypeDouble, TypeBigNumber, TypeVerbatim:
		return true
	}
	return false
}

// hasElements reports whether values of the type have children.
func (t Type) hasElements() bool {
	switch t {
	case TypeArray, TypeMap, TypeFailure, TypeSet, TypePush, typeAttribute:
		return true
	}
	return false
}

// String returns the name of the type, such as "an integer".
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "type " + strconv.Itoa(int(t))
}
