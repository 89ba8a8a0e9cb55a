package rediscluster_test

import (
	"errors"
	"fmt"
	"math/rand"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// inParallel calls run in several goroutines and waits for all of them.
func inParallel(goroutines int, run func(nth int)) {
	var all sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		all.Add(1)
		go func(nth int) {
			defer all.Done()
			run(nth)
		}(i)
	}
	all.Wait()
}

// The garbage collector runs as often as possible, to find values that point into memory of the library.
func TestManyGoroutinesReadWhatTheyWrote(t *testing.T) {
	c := openEmpty(t)
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	before := runtime.NumGoroutine()
	inParallel(32, func(nth int) {
		random := rand.New(rand.NewSource(int64(nth)))
		for i := 0; i < 100; i++ {
			key, value := make([]byte, 1+random.Intn(40)), make([]byte, random.Intn(5000))
			random.Read(key)
			random.Read(value)
			key = append(key, fmt.Sprint(".", nth)...)
			set, err := c.Do(ctx, "SET", key, value)
			if err != nil || set.String() != "OK" {
				t.Error(set, err)
				return
			}
			kept := do(t, c, "GET", string(key))
			if i%10 == 0 {
				runtime.GC()
			}
			if got, err := kept.Text(); err != nil || got != string(value) {
				t.Errorf("goroutine %d, %d: %d bytes of %d, %v", nth, i, len(got), len(value), err)
				return
			}
		}
	})
	awaitTrue(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

func TestManyGoroutinesRunPipelines(t *testing.T) {
	c := openEmpty(t)
	inParallel(16, func(nth int) {
		p := c.Pipeline()
		for round := 0; round < 10; round++ {
			for i := 0; i < 100; i++ {
				p.Add("INCRBY", fmt.Sprint("counter:", nth, ":", i), nth)
			}
			results, err := p.Exec(ctx)
			if err != nil || len(results) != 100 {
				t.Error(len(results), err)
				return
			}
			for i, result := range results {
				if n, err := result.Value.Int(); result.Err != nil || err != nil || n != int64(nth*(round+1)) {
					t.Errorf("counter %d of %d: %d %v %v", i, nth, n, result.Err, err)
					return
				}
			}
		}
	})
}

func TestGoroutinesWaitForAFreeConnection(t *testing.T) {
	c := servers(t, 3).with("pool_size", 2).open(t)
	inParallel(300, func(nth int) {
		if v, err := c.Do(ctx, "SET", nth, "value"); err != nil || v.String() != "OK" {
			t.Error(v, err)
		}
	})
}

// startBlockingPop starts a pop of a missing key with a timeout of one second, and returns when a server has received it.
func startBlockingPop(t *testing.T, c *rediscluster.Client) (popped chan error) {
	t.Helper()
	popped = make(chan error, 1)
	go func() {
		v, err := c.Do(ctx, "BLPOP", "none", 1)
		if err == nil && !v.IsNil() {
			err = errors.New("popped " + v.String())
		}
		popped <- err
	}()
	observer := servers(t, 3).open(t)
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		results, err := observer.Each(ctx, "INFO", "clients")
		if err != nil {
			t.Fatal(err)
		}
		for _, result := range results {
			if strings.Contains(result.Value.String(), "blocked_clients:1") {
				return popped
			}
		}
	}
	t.Fatal("no server has received the pop")
	return nil
}

func TestACommandFailsWhenAllConnectionsAreInUse(t *testing.T) {
	c := servers(t, 1).with("pool_size", 1).with("connect_timeout", 0.05).open(t)
	popped := startBlockingPop(t, c)
	_, err := c.Do(ctx, "GET", "key")
	wantError(t, err, rediscluster.ErrPool, "node_1", false)
	if err := <-popped; err != nil {
		t.Error(err)
	}
}

func TestValuesCanBeReadAfterTheClientIsClosed(t *testing.T) {
	c := openEmpty(t)
	want := fillList(t, c, "list", 1000)
	v := do(t, c, "LRANGE", "list", 0, -1)
	c.Close()
	runtime.GC()
	inParallel(8, func(int) {
		got, err := v.Strings()
		if err != nil || len(got) != len(want) || got[999] != want[999] {
			t.Error(len(got), err)
		}
	})
}

func TestMethodsOfAClosedClientReturnErrClosed(t *testing.T) {
	c := openEmpty(t)
	for i := 0; i < 3; i++ {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	p := c.Pipeline()
	p.Add("PING")
	_, pipeline := p.Exec(ctx)
	_, one := c.Do(ctx, "GET", "key")
	_, each := c.Each(ctx, "PING")
	_, node := c.NodeFor("key")
	for _, err := range []error{one, each, node, pipeline} {
		if err != rediscluster.ErrClosed {
			t.Error(err)
		}
	}
}

func TestCloseDuringCalls(t *testing.T) {
	for round := 0; round < 20; round++ {
		c := servers(t, 3).open(t)
		var running sync.WaitGroup
		for i := 0; i < 8; i++ {
			running.Add(1)
			go func(nth int) {
				defer running.Done()
				for {
					if _, err := c.Do(ctx, "SET", fmt.Sprint("key:", nth), "value"); err != nil {
						if !errors.Is(err, rediscluster.ErrClosed) {
							t.Error(err)
						}
						return
					}
				}
			}(i)
		}
		time.Sleep(time.Duration(round) * 100 * time.Microsecond)
		inParallel(3, func(int) { c.Close() })
		running.Wait()
	}
}

func TestTheGarbageCollectorClosesUnreachableClients(t *testing.T) {
	c := openEmpty(t)
	connectedClients := func() (count int) {
		results, err := c.Each(ctx, "INFO", "clients")
		if err != nil {
			t.Fatal(err)
		}
		for _, result := range results {
			_, after, _ := strings.Cut(result.Value.String(), "connected_clients:")
			number, _, _ := strings.Cut(after, "\r")
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			count += n
		}
		return count
	}
	before := connectedClients()
	func() {
		for i := 0; i < 20; i++ {
			forgotten, err := rediscluster.Open(servers(t, 3).String())
			if err != nil {
				t.Fatal(err)
			}
			do(t, forgotten, "GET", "key")
		}
	}()
	opened := connectedClients() - before
	for i := 0; i < 100; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
		if opened >= 20 && connectedClients() <= before+1 { // the stack may still refer to the last client
			return
		}
	}
	t.Errorf("%d connections were opened, %d are still open", opened, connectedClients()-before)
}
