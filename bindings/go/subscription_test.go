package rediscluster_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestASubscriptionReceivesMessagesFromAChannel(t *testing.T) {
	c := openEmpty(t)
	s, err := c.Subscribe(ctx, "one", "two", "three", "four")
	if err != nil {
		t.Fatal(err)
	}
	for _, channel := range []string{"one", "two", "three", "four"} {
		do(t, c, "PUBLISH", channel, "hello")
		if got, want := <-s.Messages(), (rediscluster.Message{Channel: channel, Payload: "hello"}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if _, err := s.Do(ctx, "SUBSCRIBE", "later"); err != nil {
		t.Error(err)
	}
	do(t, c, "PUBLISH", "later", "hello")
	if got := <-s.Messages(); got.Channel != "later" {
		t.Errorf("%+v", got)
	}
	s.Close()
	if message, isOpen := <-s.Messages(); isOpen {
		t.Errorf("%+v after Close", message)
	}
}

func TestASubscriptionToPatternsNamesThePattern(t *testing.T) {
	c := openEmpty(t)
	s, err := c.PSubscribe(ctx, "news.*")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	do(t, c, "PUBLISH", "news.go", "hello")
	if got, want := <-s.Messages(), (rediscluster.Message{Channel: "news.go", Pattern: "news.*", Payload: "hello"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestASubscriptionReceivesMessagesOfSPUBLISH(t *testing.T) {
	c := openEmpty(t)
	s, err := c.SSubscribe(ctx, "shard")
	var refusal rediscluster.ServerError
	if errors.As(err, &refusal) && strings.Contains(string(refusal), "unknown command") {
		t.Skip("the servers are older than Redis 7: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	do(t, c, "SPUBLISH", "shard", "hello")
	if got, want := <-s.Messages(), (rediscluster.Message{Channel: "shard", Payload: "hello"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestCloseEndsAHandler(t *testing.T) {
	s, err := openEmpty(t).Subscribe(ctx, "channel")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Handle(ctx, func(rediscluster.Message) error { return nil }) }()
	s.Close()
	if err := <-ended; !errors.Is(err, rediscluster.ErrClosed) {
		t.Error(err)
	}
	if err := s.Handle(ctx, nil); !errors.Is(err, rediscluster.ErrClosed) {
		t.Error("after Close:", err)
	}
}

func TestASubscriptionEndsWithItsLastChannel(t *testing.T) {
	s, err := openEmpty(t).Subscribe(ctx, "channel")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	messages := s.Messages()
	if _, err := s.Do(ctx, "UNSUBSCRIBE", "channel"); err != nil {
		t.Fatal(err)
	}
	if message, isOpen := <-messages; isOpen {
		t.Errorf("%+v without a channel", message)
	}
	if err := s.Handle(ctx, nil); !errors.Is(err, rediscluster.ErrRequest) {
		t.Error(err)
	}
}

func TestAHandlerIsCalledForEachMessage(t *testing.T) {
	c := openEmpty(t)
	stop := errors.New("enough")
	s, err := c.Subscribe(ctx, "channel")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := 0; i < 3; i++ {
		do(t, c, "PUBLISH", "channel", i)
	}
	var got []string
	if err := s.Handle(ctx, func(message rediscluster.Message) error {
		if got = append(got, message.Payload); len(got) == 3 {
			return stop
		}
		return nil
	}); err != stop || fmt.Sprint(got) != "[0 1 2]" {
		t.Error(got, err)
	}
	ended, cancel := context.WithCancel(ctx)
	errs := make(chan error, 1)
	go func() { errs <- c.SubscribeFunc(ended, func(rediscluster.Message) error { return nil }, "channel") }()
	awaitTrue(t, "two clients are subscribed", func() bool {
		return do(t, c, "PUBLISH", "channel", "x").String() == "2"
	})
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestASubscriptionSaysThatItsConnectionWasLostAndGoesOn(t *testing.T) {
	c := openEmpty(t)
	s, err := c.Subscribe(ctx, "channel")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	messages := s.Messages()
	if _, err := c.Each(ctx, "CLIENT", "KILL", "TYPE", "pubsub"); err != nil {
		t.Fatal(err)
	}
	if message := <-messages; message.Err == nil {
		t.Errorf("%+v, want the error of the lost connection", message)
	}
	go func() {
		for c := c; ; {
			if v, err := c.Do(ctx, "PUBLISH", "channel", "again"); err != nil || v.String() == "1" {
				return
			}
		}
	}()
	for message := range messages {
		if message.Payload == "again" {
			return
		}
	}
}
