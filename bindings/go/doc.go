// Package rediscluster makes several independent Redis servers answer like one.
//
// A Client is opened from a configuration and runs commands, written as every Redis client writes them. The library
// behind it, librediscluster, finds the server of each key, splits commands whose keys stand on several servers, and
// gives back the replies; the same library serves C and PHP, so all three see the same keys.
//
//	c, err := rediscluster.Open(`{"nodes": {
//		"node_1": {"host": "127.0.0.1", "port": 6379},
//		"node_2": {"host": "127.0.0.1", "port": 6380}}}`)
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//
//	if _, err := c.Do(ctx, "SET", "foo", "bar"); err != nil {
//		return err
//	}
//	v, err := c.Do(ctx, "GET", "foo")
//	if err != nil {
//		return err
//	}
//	fmt.Println(v) // bar
//
// # Replies
//
// A reply is a Value. A nil reply (a missing key, say) is not an error of the command: Do answers a Value whose IsNil
// is true, and the accessors that want a text, a number or elements from it answer ErrNil. Strings are bytes, as Redis
// has them; they are never decoded.
//
// # Errors
//
// What the server answered with -ERR is a ServerError. What kept a command from its reply (no connection, a timeout,
// keys on several nodes, …) is an *Error, with the node, and with the word whether the command may have been executed;
// errors.Is tells its kind: errors.Is(err, ErrTimeout). Inside an array, and in the results of Pipeline and Each, both
// are values that leave their neighbours intact.
//
// # Contexts
//
// A command is one blocking call into the library. A context that is done before the call keeps it from being sent and
// is answered with ctx.Err(). A call that has begun cannot be called back: it ends with its reply or by the
// connect_timeout, read_timeout and write_timeout of the configuration (5 seconds each unless set), whatever the
// context says meanwhile, and what it answers is then what happened. No goroutine is left behind in either case.
//
// # Sessions
//
// A Session has a state: MULTI and WATCH, SELECT, SUBSCRIBE. Its Receive, which waits for messages, ends when its context
// does. As a net.Conn it can stand in for a connection to one server.
//
// # Goroutines and threads
//
// A Client may be used by many goroutines at once. Each call in progress holds one thread of the operating system, as
// every blocking cgo call does, and one connection of the node, of which pool_size exist; a Pipeline carries many
// commands in one call.
//
// The package needs cgo, pkg-config and the installed library.
package rediscluster
