package rediscluster

import (
	"fmt"
	"math/big"
	"strconv"
)

// Text returns a string, status, verbatim string, double or big number as the server wrote it, or an integer in decimal. Like all accessors it fails with ErrNil for a nil value, with
// the error of an error or failure, and with an *Error with the code ErrArgument for any other type.
func (v Value) Text() (string, error) {
	switch v.kind {
	case TypeString, TypeStatus, TypeVerbatim, TypeDouble, TypeBigNumber:
		return v.text(), nil
	case TypeInteger:
		return strconv.FormatInt(v.number, 10), nil
	}
	return "", v.typeError("a text")
}

// Bytes returns Text as a new slice.
func (v Value) Bytes() ([]byte, error) {
	text, err := v.Text()
	if err != nil {
		return nil, err
	}
	return []byte(text), nil
}

// Int returns an integer, or a string or status in decimal. If the text is not an integer of 64 bits, the error is a
// *strconv.NumError.
func (v Value) Int() (int64, error) {
	switch v.kind {
	case TypeString, TypeStatus, TypeBigNumber:
		return strconv.ParseInt(v.text(), 10, 64)
	case TypeInteger:
		return v.number, nil
	}
	return 0, v.typeError("an integer")
}

// Float returns a double, an integer, or a string or status that is a number. If the text is not a number, the error is a
// *strconv.NumError.
func (v Value) Float() (float64, error) {
	switch v.kind {
	case TypeString, TypeStatus, TypeDouble, TypeBigNumber:
		return strconv.ParseFloat(v.text(), 64)
	case TypeInteger:
		return float64(v.number), nil
	}
	return 0, v.typeError("a number")
}

// Bool returns a boolean, or whether an integer is not 0.
func (v Value) Bool() (bool, error) {
	if v.kind != TypeBoolean && v.kind != TypeInteger {
		return false, v.typeError("a boolean")
	}
	return v.number != 0, nil
}

// BigInt returns a big number, an integer, or a string or status in decimal.
func (v Value) BigInt() (*big.Int, error) {
	text, err := v.Text()
	if err != nil {
		return nil, err
	}
	number, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, v.typeError("an integer")
	}
	return number, nil
}

// Array returns the elements of an array, set or push, or the alternating names and values of a map. Do not change the slice.
func (v Value) Array() ([]Value, error) {
	switch v.kind {
	case TypeArray, TypeMap, TypeSet, TypePush:
		return v.elements(), nil
	}
	return nil, v.typeError("an array")
}

// Strings returns the Text of each element of an array. A nil element becomes ""; use Array to tell it from an empty string.
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

// Map returns a map, or an array of alternating names and values such as the reply of HGETALL.
func (v Value) Map() (map[string]Value, error) {
	elements, err := v.Array()
	if err != nil {
		return nil, err
	}
	if len(elements)%2 != 0 {
		return nil, &Error{Code: ErrArgument, Message: fmt.Sprintf("the reply is an array of %d elements; a map needs an even number", len(elements))}
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

// typeError says why a value that is not of the wanted type has no result.
func (v Value) typeError(wanted string) error {
	if v.IsNil() {
		return ErrNil
	}
	if err := v.Err(); err != nil {
		return err
	}
	return &Error{Code: ErrArgument, Message: "the reply is " + v.kind.String() + ", not " + wanted}
}
