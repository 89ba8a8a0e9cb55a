package goredis_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// An oracle runs calls with go-redis on one server and on the cluster, and compares what they return.
type oracle struct {
	cluster  redis.UniversalClient
	single   redis.UniversalClient
	control  redis.UniversalClient         // on another server: what differs there varies by itself
	commands map[string]*redis.CommandInfo // of the servers, by name
	stored   *shape                        // the keys on the servers are those that populate stores for it; nil after a write
	tally    map[string]*tally
	unknown  int // calls of commands that the servers do not have
}

// A tally counts the calls of one method.
type tally struct {
	calls, different int
	varying          int    // calls that are not among calls, because they differ between two servers
	example          string // of a difference
}

// A mode is a way in which go-redis runs a command.
type mode struct {
	name string
	tag  string // in front of all keys: those of a transaction are on one node
	run  func(client redis.UniversalClient, fn invocation) outcome
}

// An invocation calls a method of a client or a pipeline.
type invocation func(c redis.Cmdable) redis.Cmder

type outcome struct {
	text    string // the values and the errors
	command string // the name of the command
}

var modes = []mode{
	{"plain", "", func(client redis.UniversalClient, fn invocation) outcome { return newOutcome(fn(client), "") }},
	{"pipelined", "", func(client redis.UniversalClient, fn invocation) outcome { return betweenOthers(client.Pipelined, fn) }},
	{"in TxPipelined", "{tag}", func(client redis.UniversalClient, fn invocation) outcome {
		return betweenOthers(client.TxPipelined, fn)
	}},
}

// betweenOthers runs a command between two others, whose replies show whether the order of replies is right.
func betweenOthers(pipelined func(context.Context, func(redis.Pipeliner) error) ([]redis.Cmder, error), fn invocation) outcome {
	var before, after *redis.StringCmd
	var cmd redis.Cmder
	_, err := pipelined(ctx, func(p redis.Pipeliner) error {
		before = p.Get(ctx, "{tag}text:1")
		cmd = fn(p)
		after = p.Get(ctx, "{tag}number:2")
		return nil
	})
	return newOutcome(cmd, describe(before, true)+describe(after, true)+describeError(err))
}

func newOutcome(cmd redis.Cmder, others string) outcome {
	return outcome{describe(cmd, true) + others, strings.ToLower(cmd.Name())}
}

// uncalled has the methods that the oracle does not call, with the reason.
var uncalled = map[string]string{
	"Pipeline": "the modes use it", "Pipelined": "the modes use it", "TxPipeline": "the modes use it", "TxPipelined": "the modes use it",
	"Shutdown": "it ends the servers", "ShutdownSave": "it ends the servers", "ShutdownNoSave": "it ends the servers",
	"SlaveOf": "the servers would be replicas", "ReplicaOf": "the servers would be replicas",
	"ClientPause": "the servers would not reply",
}

func TestGoRedisOnTheClusterRepliesLikeGoRedisOnOneServer(t *testing.T) {
	o := newOracle(t)
	methods := reflect.TypeOf((*redis.Cmdable)(nil)).Elem()
	for _, mode := range modes {
		for at := range methods.NumMethod() {
			method := methods.Method(at)
			if uncalled[method.Name] == "" {
				o.compareShapes(mode, method)
			}
		}
		o.compareWritten(mode, methods)
	}
	o.report(t)
}

func newOracle(t *testing.T) *oracle {
	options := redis.Options{ReadTimeout: 20 * time.Second, MaxRetries: -1}
	o := &oracle{cluster: open(t, &options), single: openSingle(t, options, 0), control: openSingle(t, options, 1), tally: map[string]*tally{}}
	var err error
	if o.commands, err = o.single.Command(ctx).Result(); err != nil {
		t.Fatal(err)
	}
	return o
}

// compareShapes calls a method with keys of each type. For a command without keys, or one that the servers do not have, two calls say as much.
func (o *oracle) compareShapes(mode mode, method reflect.Method) {
	shapes := len(families)
	switch {
	case method.Type.NumIn() == 1:
		shapes = 1
	case !o.hasKeys(method):
		shapes = 2
	}
	for at, family := range families[:shapes] {
		if waits(method.Name, family) && mode.name != "plain" {
			continue // for a second
		}
		s := shape{family: family, tag: mode.tag, first: at}
		o.compare(mode, s, method.Name, func(c redis.Cmdable) redis.Cmder { return invoke(c, method.Name, arguments(method.Type, s)) })
	}
}

// hasKeys reports whether the command of a method has keys. The pipeline that tells its name is never sent.
func (o *oracle) hasKeys(method reflect.Method) (hasKeys bool) {
	defer func() { _ = recover() }() // of a method that go-redis does not implement
	cmd := invoke(o.single.Pipeline(), method.Name, arguments(method.Type, shape{family: "text"}))
	command := o.commands[strings.ToLower(cmd.Name())]
	return command != nil && (command.FirstKeyPos > 0 || slices.Contains(command.Flags, "movablekeys") || cmd.Name() == "object" || cmd.Name() == "xinfo")
}

// waits reports whether a call would wait for an element.
func waits(method, family string) bool {
	return family == "missing" && strings.HasPrefix(method, "B") && (strings.Contains(method, "Pop") || strings.Contains(method, "PMin") || strings.Contains(method, "PMax"))
}

func (o *oracle) compareWritten(mode mode, methods reflect.Type) {
	s := shape{family: "text", tag: mode.tag}
	written := writtenCalls(s)
	for at := range methods.NumMethod() {
		method := methods.Method(at)
		for n := range written[method.Name] {
			o.compare(mode, s, method.Name, func(c redis.Cmdable) redis.Cmder {
				return invoke(c, method.Name, convert(writtenCalls(s)[method.Name][n], method.Type))
			})
		}
	}
}

// convert returns the arguments of a written call in the types of a method.
func convert(arguments call, method reflect.Type) []reflect.Value {
	values := []reflect.Value{reflect.ValueOf(ctx)}
	for at, argument := range arguments {
		value := reflect.ValueOf(argument)
		last := method.NumIn() - 1
		t := method.In(min(at+1, last))
		if method.IsVariadic() && at+1 >= last {
			if t = method.In(last).Elem(); value.Kind() == reflect.Slice && !value.Type().AssignableTo(t) {
				for n := range value.Len() {
					values = append(values, value.Index(n))
				}
				continue
			}
		}
		if !value.Type().AssignableTo(t) {
			value = value.Convert(t)
		}
		values = append(values, value)
	}
	return values
}

func invoke(c redis.Cmdable, method string, values []reflect.Value) redis.Cmder {
	return reflect.ValueOf(c).MethodByName(method).Call(values)[0].Interface().(redis.Cmder)
}

// compare runs a call on both sides and counts it.
func (o *oracle) compare(mode mode, s shape, method string, fn invocation) {
	o.store(shape{tag: s.tag})
	sides := []redis.UniversalClient{o.single, o.control, o.cluster}
	outcomes := make([]outcome, len(sides))
	var all sync.WaitGroup
	for at, side := range sides {
		all.Go(func() { outcomes[at] = runWithoutPanic(mode, side, fn) })
	}
	all.Wait()
	expected, control, got := outcomes[0], outcomes[1], outcomes[2]
	if command := o.commands[expected.command]; command == nil || !command.ReadOnly {
		o.stored = nil
	}
	if slices.Contains(unordered, method) {
		expected.text, control.text, got.text = sortWords(expected.text), sortWords(control.text), sortWords(got.text)
	}
	count := o.tally[method]
	if count == nil {
		count = &tally{}
		o.tally[method] = count
	}
	if control.text != expected.text {
		count.varying++
		return
	}
	count.calls++
	if strings.Contains(expected.text, "unknown command") && got == expected {
		o.unknown++
	}
	if got.text != expected.text {
		count.different++
		if count.example == "" {
			count.example = mode.name + ", " + s.family + ":\n\tone server: " + shorten(expected.text) + "\n\tcluster:    " + shorten(got.text)
		}
	}
}

func runWithoutPanic(mode mode, client redis.UniversalClient, fn invocation) (o outcome) {
	defer func() {
		if cause := recover(); cause != nil {
			o.text = describePanic(cause)
		}
	}()
	return mode.run(client, fn)
}

// store makes both sides have the keys of each type, and nothing else.
func (o *oracle) store(s shape) {
	if o.stored != nil && *o.stored == s {
		return
	}
	for _, client := range []redis.UniversalClient{o.single, o.control, o.cluster} {
		if err := client.FlushAll(ctx).Err(); err != nil {
			panic(err)
		}
		client.FunctionFlush(ctx) // which older servers do not have
		if _, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, "{tag}text:1", "a text", 0)
			p.Set(ctx, "{tag}number:2", 10, 0)
			populate(p, s)
			return nil
		}); err != nil {
			panic(err)
		}
	}
	o.stored = &s
}
