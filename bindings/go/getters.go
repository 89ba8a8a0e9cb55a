package rediscluster

import (
	"fmt"
	"strconv"
)

// Int64 is Int.
func (v Value) Int64() (int64, error) { return v.Int() }

// AsFloat is Float.
func (v Value) AsFloat() (float64, error) { return v.Float() }

// StringSlice is Strings.
func (v Value) StringSlice() ([]string, error) { return v.Strings() }

// StringMap returns Map with the Text of each value, such as the reply of HGETALL. A nil value becomes "".
func (v Value) StringMap() (map[string]string, error) {
	values, err := v.Map()
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string, len(values))
	for name, value := range values {
		if value.IsNil() {
			texts[name] = ""
			continue
		}
		if texts[name], err = value.Text(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return texts, nil
}

// truth is Bool, or a string that is a boolean.
func (v Value) truth() (bool, error) {
	if v.kind == TypeString || v.kind == TypeStatus {
		return strconv.ParseBool(v.text())
	}
	return v.Bool()
}

// unsigned is Int for numbers that are not negative, up to 64 bits.
func (v Value) unsigned() (uint64, error) {
	text, err := v.Text()
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(text, 10, 64)
}
