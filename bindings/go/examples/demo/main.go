// Demo reads the keys that the previous program of the demo wrote, and runs the example in the README of rediscluster-py.
//
//	demo NAME PREVIOUS      the name of this program and of the previous one; - if this program is the first
//
// REDISCLUSTER_CONFIG is the configuration. REDISCLUSTER_DEMO_TABLE, if set, is a file; the demo appends a line to it for
// each key of the previous program: key, node, writer, reader.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func main() {
	config := os.Getenv("REDISCLUSTER_CONFIG")
	if len(os.Args) != 3 || config == "" {
		fmt.Fprintln(os.Stderr, `usage: REDISCLUSTER_CONFIG='{"nodes": ...}' demo NAME PREVIOUS`)
		os.Exit(2)
	}
	if err := demo(config, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func demo(config, name, previous string) error {
	client, err := rediscluster.Open(config)
	if err != nil {
		return err
	}
	defer client.Close()
	if previous != "-" {
		if err := readPrevious(client, name, previous); err != nil {
			return err
		}
	}
	return runExample(client, name)
}

// readPrevious reads the keys of the previous program and fails if a value differs.
func readPrevious(client *rediscluster.Client, name, previous string) error {
	for _, written := range [][2]string{{"hello_" + previous, "hello from " + previous}, {"foo", "foo"}, {"bar{foo}", "bar"}} {
		key, want := written[0], written[1]
		value, err := run(client, "get", key)
		if err != nil {
			return err
		}
		if value != want {
			return fmt.Errorf("%s is %q, not %q", key, value, want)
		}
		node, err := client.NodeFor(key)
		if err != nil {
			return err
		}
		if err := appendRow(key, node.Alias, previous, name); err != nil {
			return err
		}
	}
	return nil
}

// appendRow appends a row to the table of the demo, if there is one.
func appendRow(columns ...string) error {
	path := os.Getenv("REDISCLUSTER_DEMO_TABLE")
	if path == "" {
		return nil
	}
	table, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(table, strings.Join(columns, "\t")); err != nil {
		table.Close()
		return err
	}
	return table.Close()
}

func runExample(client *rediscluster.Client, name string) error {
	for _, command := range [][]any{
		{"set", "foo", "bar"},
		{"get", "foo"},
		{"getnodefor", "foo"},
		{"getnodefor", "bar"},
		{"getnodefor", "foobar"},
		{"get", "bar{foo}"},
		{"mset", "bar{foo}", "bar", "foo", "foo"},
		{"mget", "bar{foo}", "foo"},
		{"set", "hello_" + name, "hello from " + name},
	} {
		if _, err := run(client, command...); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command and prints it with its reply.
func run(client *rediscluster.Client, command ...any) (reply string, err error) {
	if command[0] == "getnodefor" {
		reply, err = nodeFor(client, command[1].(string))
	} else {
		reply, err = do(client, command...)
	}
	if err == nil {
		action := strings.TrimSuffix(fmt.Sprintln(command...), "\n")
		fmt.Printf("  %-24s %s\n", action, reply)
	}
	return reply, err
}

func nodeFor(client *rediscluster.Client, key string) (string, error) {
	node, err := client.NodeFor(key)
	return node.Alias, err
}

func do(client *rediscluster.Client, command ...any) (string, error) {
	reply, err := client.Do(context.Background(), command...)
	if err != nil || reply.Type() != rediscluster.TypeArray {
		return reply.String(), err
	}
	texts, err := reply.Strings()
	return strings.Join(texts, " "), err
}
