package goredis

import (
	"context"
	"net"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// refuse returns the error of options that would have no effect although a program relies on them, or nil.
func refuse(options *redis.Options) error {
	maintenance := options.MaintNotificationsConfig
	for _, option := range []struct {
		isSet        bool
		name, advice string
	}{
		{options.Dialer != nil, "Dialer", "the addresses are those of the configuration of the cluster"},
		{options.TLSConfig != nil, "TLSConfig", "set the option tls of the configuration of the cluster"},
		{options.ClientSideCache != nil, "ClientSideCache", "go-redis cannot see whether a session has messages"},
		{options.ClientSideCacheConfig != nil, "ClientSideCacheConfig", "go-redis cannot see whether a session has messages"},
		{maintenance != nil && maintenance.Mode == maintnotifications.ModeEnabled, "MaintNotificationsConfig", "sessions have no such notifications"},
	} {
		if option.isSet {
			return &rediscluster.Error{
				Code:    rediscluster.ErrConfig,
				Message: "the option " + option.name + " of go-redis has no effect with sessions: " + option.advice,
			}
		}
	}
	return nil
}

// refusing is a hook that makes everything fail.
type refusing struct{ err error }

func (r refusing) DialHook(redis.DialHook) redis.DialHook {
	return func(context.Context, string, string) (net.Conn, error) { return nil, r.err }
}

func (r refusing) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		cmd.SetErr(r.err)
		return r.err
	}
}

func (r refusing) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(_ context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			cmd.SetErr(r.err)
		}
		return r.err
	}
}
