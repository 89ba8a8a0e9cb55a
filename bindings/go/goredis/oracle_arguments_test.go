package goredis_test

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// A shape says which arguments a method is called with: the type of the keys, and how they are named.
type shape struct {
	family string // the type of the keys
	tag    string // in front of all keys: a hash tag or ""
	first  int    // of the numbers
}

// Each method is called with keys of each type. The names of the keys are also members, fields and elements of the values.
var families = []string{"text", "number", "list", "set", "zset", "hash", "stream", "missing"}

func (s shape) key(n int) string { return s.keyOf(s.family, n) }

func (s shape) keyOf(family string, n int) string {
	return fmt.Sprintf("%s%s:%d", s.tag, family, n%3+1)
}

// A filler makes the arguments of one call.
type filler struct {
	shape
	strings, numbers int // so far
}

// arguments returns a value for each parameter of a method after the context.
func arguments(method reflect.Type, s shape) []reflect.Value {
	f := filler{shape: s}
	values := []reflect.Value{reflect.ValueOf(ctx)}
	for at := 1; at < method.NumIn(); at++ {
		parameter := method.In(at)
		if method.IsVariadic() && at == method.NumIn()-1 {
			for range 2 {
				values = append(values, f.value(parameter.Elem(), ""))
			}
			break
		}
		values = append(values, f.value(parameter, ""))
	}
	return values
}

var (
	timeType     = reflect.TypeOf(time.Time{})
	durationType = reflect.TypeOf(time.Duration(0))
)

// value returns a value for a parameter, or for the field of a struct.
func (f *filler) value(t reflect.Type, field string) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == timeType:
		v.Set(reflect.ValueOf(time.Unix(4e9, 0)))
	case t == durationType && field == "Block":
		v.SetInt(-1) // go-redis then does not send BLOCK
	case t == durationType:
		v.SetInt(int64(time.Second))
	case t.Kind() == reflect.String && field == "":
		f.strings++
		v.SetString(f.key(f.strings - 1))
	case t.Kind() == reflect.String:
		v.SetString(f.text(field))
	case v.CanInt():
		v.SetInt(f.number())
	case v.CanUint():
		v.SetUint(uint64(f.number()))
	case v.CanFloat():
		v.SetFloat(float64(f.number()) + 0.5)
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		f.strings++
		v.Set(reflect.ValueOf(f.key(f.strings - 1)))
	case t.Kind() == reflect.Pointer:
		v.Set(f.value(t.Elem(), "").Addr())
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		v.SetBytes(make([]byte, 64))
	case t.Kind() == reflect.Slice:
		for range 1 + f.first%2 {
			v.Set(reflect.Append(v, f.value(t.Elem(), "")))
		}
	case t.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(f.value(t.Key(), ""), f.value(t.Elem(), ""))
	case t.Kind() == reflect.Struct:
		f.fill(v)
	}
	return v
}

// fill sets the fields of a struct. The options that most structs have remain unset, because they exclude one another.
func (f *filler) fill(v reflect.Value) {
	for at := range v.NumField() {
		field := v.Type().Field(at)
		switch kind := field.Type.Kind(); {
		case !field.IsExported() || kind == reflect.Bool || kind == reflect.Pointer || kind == reflect.Func || strings.HasPrefix(field.Name, "Max"):
		default:
			v.Field(at).Set(f.value(field.Type, field.Name))
		}
	}
}

// text returns a string for a field: names, where it may have one.
func (f *filler) text(field string) string {
	switch field {
	case "Key", "Stream", "Group", "Consumer", "Member", "Name", "Key1", "Key2", "Destination", "Store":
		f.strings++
		return f.key(f.strings - 1)
	case "Min", "Start", "MinID", "End":
		return "0"
	case "Max", "Stop", "ID":
		return "9"
	}
	return ""
}

func (f *filler) number() int64 {
	f.numbers++
	return int64(f.first+f.numbers) % 3
}

// populate adds the commands that store the keys of each type.
func populate(p redis.Pipeliner, s shape) {
	for n := range 3 {
		p.Set(ctx, s.keyOf("text", n), fmt.Sprint("a text ", n), 0)
		p.Set(ctx, s.keyOf("number", n), 10*n, 0)
		for _, family := range []string{"list", "set", "zset", "hash"} {
			for other := range 3 - n {
				key, name := s.keyOf(family, n), s.keyOf(family, other)
				switch family {
				case "list":
					p.RPush(ctx, key, name)
				case "set":
					p.SAdd(ctx, key, name)
				case "zset":
					p.ZAdd(ctx, key, redis.Z{Score: float64(other), Member: name})
				case "hash":
					p.HSet(ctx, key, name, other)
				}
			}
		}
		key := s.keyOf("stream", n)
		p.XAdd(ctx, &redis.XAddArgs{Stream: key, ID: "1-1", Values: []string{"field", "value"}})
		p.XAdd(ctx, &redis.XAddArgs{Stream: key, ID: "2-1", Values: []string{"field", "other"}})
		p.XGroupCreate(ctx, key, s.keyOf("stream", n+1), "0")
		p.GeoAdd(ctx, s.keyOf("geo", n), &redis.GeoLocation{Name: "Palermo", Longitude: 13.361389, Latitude: 38.115556},
			&redis.GeoLocation{Name: "Catania", Longitude: 15.087269, Latitude: 37.502669 + float64(n)})
	}
}
