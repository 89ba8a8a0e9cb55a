package rediscluster

import (
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"unsafe"
)

// A request is commands in RESP, as they cross to the library and go to the servers.
type request struct{ bytes []byte }

// Requests of single commands are used again, unless one has grown beyond this size.
const largestPooledRequest = 64 << 10

var requests = sync.Pool{New: func() any { return new(request) }}

func newRequest() *request { return requests.Get().(*request) }

func (r *request) recycle() {
	if cap(r.bytes) <= largestPooledRequest {
		r.bytes = r.bytes[:0]
		requests.Put(r)
	}
}

// text is the request as it crosses; it changes with the next command.
func (r *request) text() string { return unsafe.String(unsafe.SliceData(r.bytes), len(r.bytes)) }

// command appends one command; an argument that cannot be sent leaves the request as it was.
func (r *request) command(args []any) error {
	if len(args) == 0 {
		return &Error{Code: ErrArgument, Message: "a command needs at least its name"}
	}
	before := len(r.bytes)
	r.header('*', len(args))
	for i, arg := range args {
		if !r.argument(arg) {
			r.bytes = r.bytes[:before]
			return &Error{Code: ErrArgument, Message: fmt.Sprintf(
				"argument %d is %s; an argument is a string, []byte, bool, integer or float", i, typeName(arg))}
		}
	}
	return nil
}

// argument appends one argument and tells whether its type can be sent. Only the plain types can: a time.Duration
// that went as its integer would be seconds to one command and milliseconds to the next.
func (r *request) argument(arg any) bool {
	switch v := arg.(type) {
	case string:
		bulk(r, v)
	case []byte:
		bulk(r, v)
	default:
		var scratch [32]byte
		text := appendNumber(scratch[:0], arg)
		if len(text) == 0 {
			return false
		}
		bulk(r, text)
	}
	return true
}

// bulk appends a bulk string.
func bulk[T string | []byte](r *request, text T) {
	r.header('$', len(text))
	r.bytes = append(r.bytes, text...)
	r.bytes = append(r.bytes, "\r\n"...)
}

// header appends what stands before an array or a string: its sign and length.
func (r *request) header(sign byte, length int) {
	r.bytes = append(r.bytes, sign)
	r.bytes = strconv.AppendInt(r.bytes, int64(length), 10)
	r.bytes = append(r.bytes, "\r\n"...)
}

// appendNumber appends a number or truth value as Redis reads it, and nothing for any other type.
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

// typeName names the type of an argument. It keeps the argument off the heap, which fmt's %T would not.
func typeName(arg any) string {
	if arg == nil {
		return "nil"
	}
	return reflect.TypeOf(arg).String()
}
