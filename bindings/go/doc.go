// Package rediscluster makes several independent Redis servers behave like one.
//
// A Client opens a configuration and runs commands with the arguments of any Redis client. The package calls the library
// librediscluster, which finds the server of each key, runs commands whose keys are on several servers, and returns the
// replies. The library is the same for C, PHP and Python, so all languages find the same keys on the same servers.
//
//	c, err := rediscluster.Open(rediscluster.Config{
//		URLs: []string{"redis://127.0.0.1:6379", "redis://127.0.0.1:6380"},
//	})
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//
//	if _, err := c.Do(ctx, "SET", "foo", "bar"); err != nil {
//		return err
//	}
//	foo, err := rediscluster.As[string](c.Do(ctx, "GET", "foo"))
//	if err != nil {
//		return err
//	}
//	fmt.Println(foo) // bar
//
// Open also accepts the configuration in JSON, which is the same in every language.
//
// # Keys and nodes
//
// A key is stored on node crc32(key) % masters + 1. A hash tag makes several keys share a node. The option hash_tag of the
// configuration selects the rule:
//
//   - strip: the tag of bar{foo} is foo. The tag is hashed, and the server stores the key as bar, as rediscluster-py and
//     rediscluster-php do. The keys cart{1} and cart{2} are both stored as cart.
//   - keep: the tag is the text between the first { and the next }, as in Redis Cluster. The server stores the whole key.
//   - off: there are no tags.
//
// There is no default. Keys without a tag need no hash_tag. For a key with a tag, a call fails with ErrRequest and a
// message that says how to set hash_tag. Choose keep for new data.
//
// The option pin stores keys that match a pattern on a fixed node: {"pin": {"rq:*": "node_1"}}.
//
// # Replies
//
// A reply is a Value. A nil reply, such as that of a missing key, is not an error: Do returns a Value for which IsNil
// returns true, and accessors such as Text and Int64 return ErrNil. Strings are bytes and are never decoded. Value.Scan stores a
// reply in a variable, such as a slice, a map or a struct with tags; As does the same with the results of Do.
//
// # Errors
//
// An error reply of a server is a ServerError. A command without a reply (no connection, a timeout, keys on several nodes)
// is an *Error, which gives the node and says whether the command may have been executed. Its Code is the kind of the error:
//
//	errors.Is(err, rediscluster.ErrTimeout)
//
// Inside an array, and in the results of Pipeline and Each, errors are values next to the other replies.
//
// Pipeline.Exec and DoMulti also return the error of the first command that failed.
//
// # Contexts and Close
//
// If a context is done before a command is sent, also while the call waits for a connection, the command is not sent. A context that
// is done later ends the call, whatever it waits for. The error says whether the command may have been executed; errors.Is finds the
// error of the context. A canceled call ends within some milliseconds: one goroutine for each client checks the contexts of the calls
// in progress, and ends when there are none. A command that is already in a batch may be sent after its context is done. Close ends
// all calls of a client or a session.
//
// # Sessions
//
// A Session has the state of a connection: MULTI and WATCH, SELECT, SUBSCRIBE. Session.Conn makes it a net.Conn that other
// Redis clients can use instead of a connection to one server. Client.Tx and Client.Watch run transactions, and Client.Subscribe
// receives messages, with sessions that the client manages.
//
// # Goroutines and threads
//
// A Client is safe for concurrent use by multiple goroutines. When several goroutines call Do at the same time, short commands with
// one key are collected and sent together in one call of the library; see WithoutBatching. Each call in progress occupies one
// operating system thread, like every blocking cgo call, and one connection to each node that it uses; pool_size limits the
// connections to a node. A Pipeline runs many commands in one call.
//
// The package needs cgo, pkg-config and the installed library.
package rediscluster
