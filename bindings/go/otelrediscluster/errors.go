package otelrediscluster

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// errorAttributes describes an error with words of which there are few.
func errorAttributes(err error) []attribute.KeyValue {
	var failure *rediscluster.Error
	var command *rediscluster.CommandError
	var reply rediscluster.ServerError
	switch {
	case errors.As(err, &command):
		return append(replyAttributes(command.ServerError), addressAttributes(command.Address)...)
	case errors.As(err, &reply):
		return replyAttributes(reply)
	case errors.Is(err, context.Canceled):
		return []attribute.KeyValue{semconv.ErrorTypeKey.String("canceled")}
	case errors.As(err, &failure):
		kind := strings.TrimPrefix(failure.Code.Error(), "rediscluster: ")
		return append(addressAttributes(failure.Address), semconv.ErrorTypeKey.String(strings.ReplaceAll(kind, " ", "_")))
	case errors.Is(err, context.DeadlineExceeded):
		return []attribute.KeyValue{semconv.ErrorTypeKey.String("timeout")}
	case errors.Is(err, rediscluster.ErrClosed):
		return []attribute.KeyValue{semconv.ErrorTypeKey.String("closed")}
	case errors.Is(err, rediscluster.ErrConflict):
		return []attribute.KeyValue{semconv.ErrorTypeKey.String("conflict")}
	}
	return []attribute.KeyValue{semconv.ErrorTypeOther}
}

func replyAttributes(reply rediscluster.ServerError) []attribute.KeyValue {
	word, _, _ := strings.Cut(string(reply), " ")
	return []attribute.KeyValue{semconv.DBResponseStatusCode(word), semconv.ErrorTypeKey.String(word)}
}

// addressAttributes takes host and port apart. The address may also be the path of a socket, or empty.
func addressAttributes(address string) []attribute.KeyValue {
	if address == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return []attribute.KeyValue{semconv.ServerAddress(address)}
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return []attribute.KeyValue{semconv.ServerAddress(host)}
	}
	return []attribute.KeyValue{semconv.ServerAddress(host), semconv.ServerPort(number)}
}
