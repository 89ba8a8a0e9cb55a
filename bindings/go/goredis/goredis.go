// Package goredis runs go-redis, with its typed API, on all servers of a rediscluster.Client.
//
//	cluster, err := rediscluster.Open(rediscluster.Config{URLs: urls, HashTag: "keep"})
//	if err != nil {
//		return err
//	}
//	defer cluster.Close()
//	client := goredis.New(cluster, nil)
//	defer client.Close()
//	name, err := client.Get(ctx, "name").Result()
//
// Each connection of go-redis is a session of the cluster, which has the state that a connection has: MULTI and WATCH, SELECT,
// SUBSCRIBE. Sessions share the connections of the cluster, and have connections of their own only for transactions, blocking commands
// and subscriptions. Keys on several nodes, timeouts, replicas and failover are handled as in the package rediscluster.
//
// # Errors
//
// Every error of the cluster is an error reply, a redis.Error: it begins with ERR, or CROSSNODE if the keys of a command must be on one
// node. A nil reply is redis.Nil. A call whose context has reached its deadline fails with a timeout of package net, and its session is
// closed, so that a late reply reaches no other call; the command may have been executed.
//
// # Contexts
//
// The deadline of a context ends a call, whatever it waits for. A cancellation keeps a command from being sent, also while the call
// waits for a session, and has no effect later: go-redis cannot cancel a command that was sent.
package goredis

import (
	"context"
	"net"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// New returns a go-redis client whose connections are sessions of a cluster. It connects to nothing. It is safe for concurrent use by
// multiple goroutines. Nil options are the defaults.
//
// These options have another meaning or default than for one server:
//
//   - Username and Password, also from a provider, are compared with those of the configuration of the cluster: see AUTH in the
//     documentation of sessions. Without them go-redis is authenticated.
//   - ReadTimeout and WriteTimeout: no limit, because those of the configuration of the cluster apply, in which a command with keys on several nodes
//     may take longer.
//   - MaxRetries: none. The cluster sends a command again where that is safe; go-redis would repeat writes that may have been
//     executed.
//   - DialerRetries: 1, because opening a session connects to nothing.
//   - PoolSize, PoolTimeout, MinIdleConns and the other options of the pool apply to sessions.
//   - ContextTimeoutEnabled is always on.
//
// Network, Addr, NodeAddress and FailingTimeoutSeconds are ignored. Dialer, TLSConfig, ClientSideCache, ClientSideCacheConfig, and
// MaintNotificationsConfig with the mode "enabled" are refused: every command fails with a *rediscluster.Error of the code ErrConfig.
//
// Close closes the client and its sessions, and ends their calls. The cluster stays open, and must be closed after the client.
func New(cluster *rediscluster.Client, options *redis.Options) redis.UniversalClient {
	var used redis.Options
	if options != nil {
		used = *options
	}
	refusal := refuse(&used)
	useSessions(&used, cluster)
	client := redis.NewClient(&used)
	if refusal != nil {
		client.AddHook(refusing{refusal})
	}
	return client
}

func useSessions(options *redis.Options, cluster *rediscluster.Client) {
	options.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
		session, err := cluster.Session(ctx)
		if err != nil {
			return nil, err
		}
		return session.Conn(), nil
	}
	options.Network, options.Addr, options.NodeAddress = "rediscluster", "rediscluster", "" // for error texts and metrics
	options.TLSConfig = nil
	options.ClientSideCache, options.ClientSideCacheConfig = nil, nil
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.ContextTimeoutEnabled = true
	const none = -1
	setDefault(&options.ReadTimeout, none)
	setDefault(&options.WriteTimeout, none)
	setDefault(&options.MaxRetries, none)
	setDefault(&options.DialerRetries, 1)
}

func setDefault[T comparable](option *T, value T) {
	var unset T
	if *option == unset {
		*option = value
	}
}
