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
)

var typeNames = [...]string{"nil", "a string", "a status", "an integer", "an error", "an array", "nil", "a map", "a failure"}

// String returns the name of the type, such as "an integer".
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "type " + strconv.Itoa(int(t))
}
