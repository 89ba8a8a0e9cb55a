package rediscluster

import (
	"context"
	"fmt"
	"math"
	"reflect"
)

// A Doer runs commands: a Client or a Session. Code that accepts a Doer can be tested without servers: a mock returns replies that
// ValueOf has made.
type Doer interface {
	Do(ctx context.Context, args ...any) (Value, error)
	DoMulti(ctx context.Context, commands ...[]any) ([]Result, error)
}

// ValueOf returns a reply as a server would send it, for mocks of Doer: nil, a string, a []byte, a bool, an integer of 64 bits, a
// float (a double), a ServerError, a Value, or a slice or map of these. It panics for other types.
func ValueOf(x any) Value {
	switch v := x.(type) {
	case nil:
		return Value{}
	case Value:
		return v
	case ServerError:
		return newTextValue(TypeError, string(v))
	case []byte:
		return newTextValue(TypeString, string(v))
	case bool:
		number := int64(0)
		if v {
			number = 1
		}
		return Value{kind: TypeBoolean, number: number}
	}
	v := reflect.ValueOf(x)
	switch {
	case v.Kind() == reflect.String:
		return newTextValue(TypeString, v.String())
	case v.CanInt():
		return Value{kind: TypeInteger, number: v.Int()}
	case v.CanUint() && v.Uint() <= math.MaxInt64:
		return Value{kind: TypeInteger, number: int64(v.Uint())}
	case v.CanFloat():
		return newTextValue(TypeDouble, fmt.Sprint(v.Float()))
	case isByteSlice(v):
		return newTextValue(TypeString, string(v.Bytes()))
	case v.Kind() == reflect.Slice:
		elements := make([]Value, v.Len())
		for i := range elements {
			elements[i] = ValueOf(v.Index(i).Interface())
		}
		return newArrayValue(TypeArray, elements)
	case v.Kind() == reflect.Map:
		elements := make([]Value, 0, 2*v.Len())
		for _, name := range v.MapKeys() {
			elements = append(elements, ValueOf(name.Interface()), ValueOf(v.MapIndex(name).Interface()))
		}
		return newArrayValue(TypeMap, elements)
	}
	panic("rediscluster: ValueOf of " + typeName(x))
}
