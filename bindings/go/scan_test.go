package rediscluster_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestScanReturnsTheKeysOfAllNodes(t *testing.T) {
	c := openEmpty(t)
	want := map[string]bool{}
	for i := 0; i < 500; i++ {
		do(t, c, "SET", fmt.Sprint("key:", i), i)
		want[fmt.Sprint("key:", i)] = true
	}
	do(t, c, "SET", "other", 1)
	got := map[string]bool{}
	c.Scan(ctx, "MATCH", "key:*", "COUNT", 20)(func(key string, err error) bool {
		if err != nil {
			t.Error(err)
		}
		got[key] = true
		return true
	})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d keys, want %d", len(got), len(want))
	}
	count := 0
	c.Scan(ctx)(func(string, error) bool { count++; return count < 3 })
	if count != 3 {
		t.Error("the iteration went on after the caller had left it:", count)
	}
}

func TestSScanHScanAndZScanReturnTheElementsOfAKey(t *testing.T) {
	c := openEmpty(t)
	members, fields, scores := map[string]bool{}, map[string]string{}, map[string]float64{}
	for i := 0; i < 300; i++ {
		name := fmt.Sprint("name:", i)
		do(t, c, "SADD", "set", name)
		do(t, c, "HSET", "hash", name, i)
		do(t, c, "ZADD", "zset", float64(i)+0.5, name)
		members[name], fields[name], scores[name] = true, fmt.Sprint(i), float64(i)+0.5
	}
	gotMembers, gotFields, gotScores := map[string]bool{}, map[string]string{}, map[string]float64{}
	check := func(err error) bool {
		if err != nil {
			t.Error(err)
		}
		return true
	}
	c.SScan(ctx, "set", "COUNT", 10)(func(member string, err error) bool { gotMembers[member] = true; return check(err) })
	c.HScan(ctx, "hash", "COUNT", 10)(func(f rediscluster.Field, err error) bool { gotFields[f.Name] = f.Value; return check(err) })
	c.ZScan(ctx, "zset", "COUNT", 10)(func(m rediscluster.Member, err error) bool { gotScores[m.Name] = m.Score; return check(err) })
	if !reflect.DeepEqual(gotMembers, members) || !reflect.DeepEqual(gotFields, fields) || !reflect.DeepEqual(gotScores, scores) {
		t.Error(len(gotMembers), len(gotFields), len(gotScores))
	}
}

func TestAnErrorEndsAnIteration(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "SET", "text", "x")
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	for want, scan := range map[error]func(func(string, error) bool){
		context.Canceled: c.Scan(canceled),
		rediscluster.ErrClosed: func() func(func(string, error) bool) {
			closed := servers(t, 3).open(t)
			closed.Close()
			return closed.Scan(ctx)
		}(),
	} {
		calls := 0
		scan(func(key string, err error) bool {
			calls++
			if !errors.Is(err, want) || key != "" {
				t.Error(key, err)
			}
			return true
		})
		if calls != 1 {
			t.Errorf("%v: %d calls", want, calls)
		}
	}
	c.SScan(ctx, "text")(func(_ string, err error) bool {
		var refusal rediscluster.ServerError
		if !errors.As(err, &refusal) {
			t.Error(err)
		}
		return true
	})
}
