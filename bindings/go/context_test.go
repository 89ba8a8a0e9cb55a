package rediscluster_test

import (
	"context"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestACommandIsNotSentIfItsContextIsDone(t *testing.T) {
	c := openEmpty(t)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	late, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()

	for _, x := range []struct {
		ctx  context.Context
		want error
	}{{cancelled, context.Canceled}, {late, context.DeadlineExceeded}} {
		_, one := c.Do(x.ctx, "SET", "key", "value")
		_, each := c.Each(x.ctx, "SET", "key", "value")
		p := c.Pipeline()
		p.Add("SET", "key", "value")
		_, many := p.Exec(x.ctx)
		_, none := c.Pipeline().Exec(x.ctx)
		for _, err := range []error{one, each, many, none} {
			if err != x.want {
				t.Errorf("%v, want %v", err, x.want)
			}
		}
	}
	if !do(t, c, "GET", "key").IsNil() {
		t.Error("a command was sent although its context was done")
	}
}

func TestACommandInProgressIgnoresItsContext(t *testing.T) {
	c := openEmpty(t)
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	v, err := c.Do(short, "BLPOP", "none", "0.2")
	if err != nil || v.Type() != rediscluster.TypeNilArray || short.Err() == nil {
		t.Error(v, err, short.Err())
	}
}
