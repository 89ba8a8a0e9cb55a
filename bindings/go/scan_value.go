package rediscluster

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// Scan stores a value in the variable that dest points to:
//
//   - a string or []byte: what Text returns; an integer of any size, a float or a bool: the number, which may also be a string in
//     decimal (a bool: 0 or 1). A number that the type cannot hold is an error. Named types are like the types that they are named
//     after. A *Value takes any value.
//   - a type with UnmarshalBinary or UnmarshalText: the bytes of Text are passed to it.
//   - a slice: the elements of an array. A map with string keys: a map, or names and values in turn, as HGETALL returns them.
//   - a struct: the same; a value is stored in the field that has its name in a tag `redis:"name"`. Fields without a tag, and those
//     whose name is missing, stay as they are. The tags of embedded structs count as well.
//   - a pointer: nil for a nil value, otherwise a new variable.
//
// A nil value is ErrNil, unless dest points to a pointer, or the value is an element, which becomes the zero value. If dest is
// no pointer, or points to another type, the error is an *Error with the code ErrArgument.
func (v Value) Scan(dest any) error {
	to := reflect.ValueOf(dest)
	if to.Kind() != reflect.Pointer || to.IsNil() {
		return &Error{Code: ErrArgument, Message: "Scan needs a pointer that is not nil, not " + typeName(dest)}
	}
	return v.scanInto(to.Elem())
}

// As returns a value as a variable of type T, see [Value.Scan]. It takes the results of Do as its arguments:
//
//	hits, err := rediscluster.As[int64](c.Do(ctx, "INCR", "hits"))
func As[T any](v Value, err error) (T, error) {
	var result T
	if err == nil {
		err = v.Scan(&result)
	}
	return result, err
}

func (v Value) scanInto(to reflect.Value) error {
	switch dest := to.Addr().Interface().(type) {
	case *Value:
		*dest = v
		return nil
	case encoding.BinaryUnmarshaler:
		return v.unmarshal(dest.UnmarshalBinary)
	case encoding.TextUnmarshaler:
		return v.unmarshal(dest.UnmarshalText)
	}
	switch to.Kind() {
	case reflect.Pointer:
		return v.scanPointer(to)
	case reflect.Struct:
		return v.scanStruct(to)
	case reflect.Map:
		return v.scanMap(to)
	case reflect.Slice:
		if !isByteSlice(to) {
			return v.scanSlice(to)
		}
	}
	return v.scanScalar(to)
}

func (v Value) unmarshal(unmarshal func([]byte) error) error {
	bytes, err := v.Bytes()
	if err != nil {
		return err
	}
	return unmarshal(bytes)
}

func (v Value) scanPointer(to reflect.Value) error {
	if v.IsNil() {
		to.SetZero()
		return nil
	}
	pointed := reflect.New(to.Type().Elem())
	if err := v.scanInto(pointed.Elem()); err != nil {
		return err
	}
	to.Set(pointed)
	return nil
}

func (v Value) scanSlice(to reflect.Value) error {
	elements, err := v.Array()
	if err != nil {
		return err
	}
	slice := reflect.MakeSlice(to.Type(), len(elements), len(elements))
	for i, element := range elements {
		if err := element.scanElement(slice.Index(i)); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	to.Set(slice)
	return nil
}

func (v Value) scanMap(to reflect.Value) error {
	kind := to.Type()
	if kind.Key().Kind() != reflect.String {
		return &Error{Code: ErrArgument, Message: "Scan into " + kind.String() + ": the keys must be strings"}
	}
	values, err := v.Map()
	if err != nil {
		return err
	}
	scanned := reflect.MakeMapWithSize(kind, len(values))
	for name, value := range values {
		element := reflect.New(kind.Elem()).Elem()
		if err := value.scanElement(element); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		scanned.SetMapIndex(reflect.ValueOf(name).Convert(kind.Key()), element)
	}
	to.Set(scanned)
	return nil
}

func (v Value) scanStruct(to reflect.Value) error {
	values, err := v.Map()
	if err != nil {
		return err
	}
	return scanFields(values, to)
}

func scanFields(values map[string]Value, to reflect.Value) error {
	for i := 0; i < to.NumField(); i++ {
		field := to.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("redis"), ",")
		if field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct {
			if err := scanFields(values, to.Field(i)); err != nil {
				return err
			}
			continue
		}
		value, isPresent := values[name]
		if name == "" || name == "-" || !isPresent || !field.IsExported() {
			continue
		}
		if err := value.scanElement(to.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (v Value) scanElement(to reflect.Value) error {
	if v.IsNil() && to.Type() != reflect.TypeOf(v) {
		to.SetZero()
		return nil
	}
	return v.scanInto(to)
}

func (v Value) scanScalar(to reflect.Value) error {
	switch to.Kind() {
	case reflect.String:
		text, err := v.Text()
		if err == nil {
			to.SetString(text)
		}
		return err
	case reflect.Slice:
		bytes, err := v.Bytes()
		if err == nil {
			to.SetBytes(bytes)
		}
		return err
	case reflect.Bool:
		truth, err := v.truth()
		if err == nil {
			to.SetBool(truth)
		}
		return err
	}
	return v.scanNumber(to)
}

func (v Value) scanNumber(to reflect.Value) error {
	switch {
	case to.CanInt():
		number, err := v.Int()
		if err != nil {
			return err
		}
		if to.OverflowInt(number) {
			return v.overflows(to)
		}
		to.SetInt(number)
	case to.CanUint():
		number, err := v.unsigned()
		if err != nil {
			return err
		}
		if to.OverflowUint(number) {
			return v.overflows(to)
		}
		to.SetUint(number)
	case to.CanFloat():
		number, err := v.Float()
		if err != nil {
			return err
		}
		if to.OverflowFloat(number) {
			return v.overflows(to)
		}
		to.SetFloat(number)
	default:
		return &Error{Code: ErrArgument, Message: "Scan cannot store a reply in " + to.Type().String()}
	}
	return nil
}

func (v Value) overflows(to reflect.Value) error {
	return &Error{Code: ErrArgument, Message: "the reply is " + v.String() + ", which " + to.Type().String() + " cannot hold"}
}
