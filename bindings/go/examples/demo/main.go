// The session of the old packages' README, and what the program before this one wrote.
//
//	demo ME BEFORE      two names; BEFORE is - for the first program
//
// REDISCLUSTER_CONFIG holds the configuration; REDISCLUSTER_DEMO_TABLE, if set, names a file that gets a line for each
// key that was read from the program before: key, node, who wrote, who read.
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
		fmt.Fprintln(os.Stderr, `usage: REDISCLUSTER_CONFIG='{"nodes": ...}' demo ME BEFORE`)
		os.Exit(2)
	}
	if err := demo(config, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func demo(config, me, before string) error {
	client, err := rediscluster.Open(config)
	if err != nil {
		return err
	}
	defer client.Close()
	if before != "-" {
		if err := readBefore(client, me, before); err != nil {
			return err
		}
	}
	return session(client, me)
}

// readBefore reads what the program before wrote; anything else ends the demo.
func readBefore(client *rediscluster.Client, me, before string) error {
	for _, written := range [][2]string{{"hello_" + before, "hello from " + before}, {"foo", "foo"}, {"bar{foo}", "bar"}} {
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
		if err := note(key, node.Alias, before, me); err != nil {
			return err
		}
	}
	return nil
}

// note appends a row to the table of the demo, if there is one.
func note(columns ...string) error {
	name := os.Getenv("REDISCLUSTER_DEMO_TABLE")
	if name == "" {
		return nil
	}
	table, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(table, strings.Join(columns, "\t")); err != nil {
		table.Close()
		return err
	}
	return table.Close()
}

func session(client *rediscluster.Client, me string) error {
	for _, command := range [][]any{
		{"set", "foo", "bar"},
		{"get", "foo"},
		{"getnodefor", "foo"},
		{"getnodefor", "bar"},
		{"getnodefor", "foobar"},
		{"get", "bar{foo}"},
		{"mset", "bar{foo}", "bar", "foo", "foo"},
		{"mget", "bar{foo}", "foo"},
		{"set", "hello_" + me, "hello from " + me},
	} {
		if _, err := run(client, command...); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command of the session, and shows it with its answer.
func run(client *rediscluster.Client, command ...any) (answer string, err error) {
	if command[0] == "getnodefor" {
		answer, err = nodeFor(client, command[1].(string))
	} else {
		answer, err = do(client, command...)
	}
	if err == nil {
		action := strings.TrimSuffix(fmt.Sprintln(command...), "\n")
		fmt.Printf("  %-24s %s\n", action, answer)
	}
	return answer, err
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
