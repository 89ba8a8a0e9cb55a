package rediscluster

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// A request is a sequence of commands in RESP.
type request struct{ bytes []byte }

// Larger requests do not go back to the pool: they would keep their memory.
const maxPooledRequest = 64 << 10

var requestPool = sync.Pool{New: func() any { return new(request) }}

func requestFromPool() *request { return requestPool.Get().(*request) }

func (r *request) returnToPool() {
	if cap(r.bytes) <= maxPooledRequest {
		r.bytes = r.bytes[:0]
		requestPool.Put(r)
	}
}

// unsafeString returns the request without copying it. The string is valid until the request changes.
func (r *request) unsafeString() string {
	return unsafe.String(unsafe.SliceData(r.bytes), len(r.bytes))
}

// addCommand appends a command. If an argument cannot be sent it leaves the request unchanged.
func (r *request) addCommand(args []any) error {
	if len(args) == 0 {
		return &Error{Code: ErrArgument, Message: "a command without arguments: it needs at least its name"}
	}
	before := len(r.bytes)
	r.addHeader('*', len(args))
	for i, arg := range args {
		if err := r.addArgument(args, i, arg); err != nil {
			r.bytes = r.bytes[:before]
			return &Error{Code: ErrArgument, Message: fmt.Sprintf("argument %d %s", i, err)}
		}
	}
	return nil
}

// addArgument appends the argument at an index. The error is the end of a sentence about it.
func (r *request) addArgument(args []any, index int, arg any) error {
	switch v := arg.(type) {
	case string:
		addBulkString(r, v)
		return nil
	case []byte:
		addBulkString(r, v)
		return nil
	case time.Duration:
		text, err := durationText(args, index, v)
		if err != nil {
			return err
		}
		addBulkString(r, text)
		return nil
	case encoding.BinaryMarshaler:
		bytes, err := v.MarshalBinary()
		if err != nil {
			return fmt.Errorf("cannot be marshaled: %w", err)
		}
		addBulkString(r, bytes)
		return nil
	}
	var scratch [32]byte
	if text := appendNumber(scratch[:0], arg); len(text) > 0 {
		addBulkString(r, text)
		return nil
	}
	return r.addNamed(arg)
}

// addNamed appends an argument of a type that is named after one that can be sent.
func (r *request) addNamed(arg any) error {
	var scratch [32]byte
	v := reflect.ValueOf(arg)
	switch {
	case v.Kind() == reflect.String:
		addBulkString(r, v.String())
	case isByteSlice(v):
		addBulkString(r, v.Bytes())
	case v.Kind() == reflect.Bool:
		addBulkString(r, appendNumber(scratch[:0], v.Bool()))
	case v.CanInt():
		addBulkString(r, strconv.AppendInt(scratch[:0], v.Int(), 10))
	case v.CanUint():
		addBulkString(r, strconv.AppendUint(scratch[:0], v.Uint(), 10))
	case v.Kind() == reflect.Float32:
		addBulkString(r, strconv.AppendFloat(scratch[:0], v.Float(), 'f', -1, 32))
	case v.Kind() == reflect.Float64:
		addBulkString(r, strconv.AppendFloat(scratch[:0], v.Float(), 'f', -1, 64))
	default:
		return fmt.Errorf("is %s; an argument is a string, []byte, bool, integer, float, a type named after one of these, "+
			"a time.Duration or an encoding.BinaryMarshaler", typeName(arg))
	}
	return nil
}

func isByteSlice(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8
}

func addBulkString[T string | []byte](r *request, text T) {
	r.addHeader('$', len(text))
	r.bytes = append(r.bytes, text...)
	r.bytes = append(r.bytes, "\r\n"...)
}

func (r *request) addHeader(respType byte, length int) {
	r.bytes = append(r.bytes, respType)
	r.bytes = strconv.AppendInt(r.bytes, int64(length), 10)
	r.bytes = append(r.bytes, "\r\n"...)
}

// appendNumber appends an integer, float or bool in decimal. It appends nothing for any other type.
func appendNumber(to []byte, arg any) []byte {
	switch v := arg.(type) {
	case int:
		return strconv.AppendInt(to, int64(v), 10)
	case int8:
		return strconv.AppendInt(to, int64(v), 10)
	case int16:
		return strconv.AppendInt(to, int64(v), 10)
	case int32:
		return strconv.AppendInt(to, int64(v), 10)
	case int64:
		return strconv.AppendInt(to, v, 10)
	case uint:
		return strconv.AppendUint(to, uint64(v), 10)
	case uint8:
		return strconv.AppendUint(to, uint64(v), 10)
	case uint16:
		return strconv.AppendUint(to, uint64(v), 10)
	case uint32:
		return strconv.AppendUint(to, uint64(v), 10)
	case uint64:
		return strconv.AppendUint(to, v, 10)
	case float32:
		return strconv.AppendFloat(to, float64(v), 'f', -1, 32)
	case float64:
		return strconv.AppendFloat(to, v, 'f', -1, 64)
	case bool:
		if v {
			return append(to, '1')
		}
		return append(to, '0')
	}
	return to
}

// typeName is fmt's %T, but does not make args escape to the heap.
func typeName(arg any) string {
	if arg == nil {
		return "nil"
	}
	return reflect.TypeOf(arg).String()
}
