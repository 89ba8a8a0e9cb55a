package rediscluster

import (
	"fmt"
	"reflect"
	"strconv"
	"sync"
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
		if !r.addArgument(arg) {
			r.bytes = r.bytes[:before]
			return &Error{Code: ErrArgument, Message: fmt.Sprintf(
				"argument %d is %s; an argument is a string, []byte, bool, integer or float", i, typeName(arg))}
		}
	}
	return nil
}

// addArgument appends an argument and reports whether its type can be sent. Types derived from the accepted ones cannot:
// the integer of a time.Duration would mean seconds to one command and milliseconds to another.
func (r *request) addArgument(arg any) bool {
	switch v := arg.(type) {
	case string:
		addBulkString(r, v)
	case []byte:
		addBulkString(r, v)
	default:
		var scratch [32]byte
		text := appendNumber(scratch[:0], arg)
		if len(text) == 0 {
			return false
		}
		addBulkString(r, text)
	}
	return true
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
