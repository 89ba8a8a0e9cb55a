// Package otelrediscluster reports the calls of a rediscluster.Client to OpenTelemetry, as spans and metrics that follow the semantic
// conventions for databases.
//
//	c, err := rediscluster.Open(config, otelrediscluster.WithTelemetry())
//	if err != nil {
//		return err
//	}
//	registration, err := otelrediscluster.ObserveConnections(c)
//
// A call is a span of the kind client, a child of the span in its context, with the name of the command: GET. The name of several
// commands in one call is PIPELINE, and that of a transaction MULTI. The duration of each call is also recorded in the histogram
// db.client.operation.duration. Arguments are not reported, and error texts are those that the call returns: errors of the servers
// and of the library can contain keys.
//
// The attributes are db.system.name, db.operation.name, db.operation.batch.size for several commands, and for a call that failed
// error.type, db.response.status_code (the first word of a server's error reply), and server.address and server.port if the error
// names a server. A successful call may have used several servers, so it names none.
package otelrediscluster

import (
	"context"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/rediscluster/rediscluster/bindings/go/otelrediscluster"

type settings struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
}

// An Option changes where telemetry goes.
type Option func(*settings)

// WithTracerProvider replaces the global provider of tracers.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(s *settings) { s.tracers = provider }
}

// WithMeterProvider replaces the global provider of meters.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return func(s *settings) { s.meters = provider }
}

func newSettings(options []Option) settings {
	s := settings{otel.GetTracerProvider(), otel.GetMeterProvider()}
	for _, option := range options {
		option(&s)
	}
	return s
}

func (s settings) meter() metric.Meter {
	return s.meters.Meter(scope, metric.WithInstrumentationVersion(rediscluster.Version()), metric.WithSchemaURL(semconv.SchemaURL))
}

// WithTelemetry makes a client report each call of Do, DoMulti, Exec, Each and EachOn when it ends, also those of its sessions and
// transactions. A failure to create the histogram is given to the error handler of OpenTelemetry.
func WithTelemetry(options ...Option) rediscluster.Option {
	s := newSettings(options)
	tracer := s.tracers.Tracer(scope, trace.WithInstrumentationVersion(rediscluster.Version()), trace.WithSchemaURL(semconv.SchemaURL))
	// The boundaries are those of the conventions.
	durations, err := dbconv.NewClientOperationDuration(s.meter(),
		metric.WithExplicitBucketBoundaries(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10))
	if err != nil {
		otel.Handle(err)
	}
	return rediscluster.WithHook(func(ctx context.Context, call rediscluster.Call) {
		end := time.Now()
		name := operation(call)
		attributes := []attribute.KeyValue{semconv.DBSystemNameRedis, semconv.DBOperationName(name)}
		if call.Err != nil {
			attributes = append(attributes, errorAttributes(call.Err)...)
		}
		spanAttributes := attributes
		if call.Count > 1 {
			spanAttributes = append(attributes[:len(attributes):len(attributes)], semconv.DBOperationBatchSize(call.Count))
		}
		ctx, span := tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(end.Add(-call.Duration)),
			trace.WithAttributes(spanAttributes...))
		if call.Err != nil {
			span.SetStatus(codes.Error, call.Err.Error())
		}
		span.End(trace.WithTimestamp(end))
		durations.RecordSet(ctx, call.Duration.Seconds(), attribute.NewSet(attributes...))
	})
}

// operation returns the name of a call.
func operation(call rediscluster.Call) string {
	switch {
	case call.IsTransaction:
		return "MULTI"
	case call.Count > 1:
		return "PIPELINE"
	case call.Command == "":
		return "COMMAND" // the name was not a string
	}
	return call.Command
}
