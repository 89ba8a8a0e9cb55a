package goredis_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// describe returns the values and the error of a command as a text, with the words apart.
func describe(cmd redis.Cmder, withValue bool) string {
	var text strings.Builder
	value := reflect.ValueOf(cmd).MethodByName("Val")
	if withValue && value.IsValid() {
		for _, v := range value.Call(nil) {
			write(&text, v)
		}
	}
	return text.String() + describeError(cmd.Err())
}

func describeError(err error) string {
	var reply redis.Error
	switch {
	case err == nil:
		return " no error "
	case errors.As(err, &reply):
		return " error reply " + err.Error() + " "
	}
	return " error " + err.Error() + " "
}

func describePanic(cause any) string { return fmt.Sprint("panic: ", cause) }

// write appends a value with what its pointers lead to.
func write(text *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			text.WriteString(" nil ")
			return
		}
		write(text, v.Elem())
	case reflect.Slice, reflect.Array:
		text.WriteString(" [ ")
		for at := range v.Len() {
			write(text, v.Index(at))
		}
		text.WriteString(" ] ")
	case reflect.Map:
		var pairs []string
		for _, key := range v.MapKeys() {
			var pair strings.Builder
			write(&pair, key)
			write(&pair, v.MapIndex(key))
			pairs = append(pairs, pair.String())
		}
		slices.Sort(pairs)
		fmt.Fprint(text, " map ", pairs, " ")
	case reflect.Struct:
		text.WriteString(" { ")
		for at := range v.NumField() {
			write(text, v.Field(at))
		}
		text.WriteString(" } ")
	case reflect.String:
		fmt.Fprintf(text, " %q ", v.String())
	default:
		fmt.Fprintf(text, " %v ", v)
	}
}

// unordered has the methods whose replies are sets: the order of their elements has no meaning.
var unordered = []string{"ACLCat", "ACLList", "CommandList", "Keys", "SDiff", "SInter", "SMembers", "SScan", "Scan", "ScanType", "SUnion"}

func sortWords(text string) string {
	words := strings.Fields(text)
	slices.Sort(words)
	return strings.Join(words, " ")
}

func shorten(text string) string {
	const limit = 200
	if len(text) > limit {
		return text[:limit] + "…"
	}
	return text
}
