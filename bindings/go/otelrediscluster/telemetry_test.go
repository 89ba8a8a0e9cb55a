package otelrediscluster_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
	"github.com/rediscluster/rediscluster/bindings/go/otelrediscluster"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"
)

// A telemetry receives the spans and metrics of one client.
type telemetry struct {
	client *rediscluster.Client
	spans  *tracetest.InMemoryExporter
	tracer api.Tracer
	reader *metric.ManualReader
	meters *metric.MeterProvider
}

func open(t *testing.T, config string) telemetry {
	t.Helper()
	if config == "" {
		t.Fatal("no servers in REDISCLUSTER_CONFIG: run scripts/with-redis 3 -- go test ./...")
	}
	spans, reader := tracetest.NewInMemoryExporter(), metric.NewManualReader()
	tracers := trace.NewTracerProvider(trace.WithSyncer(spans))
	meters := metric.NewMeterProvider(metric.WithReader(reader))
	c, err := rediscluster.Open(config, otelrediscluster.WithTelemetry(
		otelrediscluster.WithTracerProvider(tracers), otelrediscluster.WithMeterProvider(meters)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return telemetry{c, spans, tracers.Tracer("test"), reader, meters}
}

func openServers(t *testing.T) telemetry {
	m := open(t, os.Getenv("REDISCLUSTER_CONFIG"))
	if _, err := m.client.Each(context.Background(), "FLUSHALL"); err != nil {
		t.Fatal(err)
	}
	m.spans.Reset()
	return m
}

// describe returns the attributes as NAME=VALUE, in order.
func describe(attributes []attribute.KeyValue) string {
	var words []string
	for _, a := range attributes {
		words = append(words, fmt.Sprintf("%s=%s", a.Key, a.Value.Emit()))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func TestACallIsASpanBelowThatOfItsContext(t *testing.T) {
	m := openServers(t)
	ctx, parent := m.tracer.Start(context.Background(), "parent")
	if _, err := m.client.Do(ctx, "get", "foo"); err != nil {
		t.Fatal(err)
	}
	span := m.spans.GetSpans()[0]
	if span.Name != "GET" || span.SpanKind != api.SpanKindClient || span.Parent.SpanID() != parent.SpanContext().SpanID() || !span.EndTime.After(span.StartTime) {
		t.Errorf("%+v", span)
	}
	if got := describe(span.Attributes); got != "db.operation.name=GET db.system.name=redis" || span.Status.Code != codes.Unset {
		t.Error(got, span.Status)
	}
}

func TestPipelinesAndTransactionsHaveTheNumberOfTheirCommands(t *testing.T) {
	m := openServers(t)
	ctx := context.Background()
	m.client.DoMulti(ctx, []any{"GET", "a"}, []any{"INCR", "b"})
	m.client.Tx(ctx, func(p *rediscluster.Pipeline) error {
		p.Add("GET", "a")
		return nil
	})
	spans := m.spans.GetSpans()
	if got := describe(spans[0].Attributes); spans[0].Name != "PIPELINE" || got != "db.operation.batch.size=2 db.operation.name=PIPELINE db.system.name=redis" {
		t.Error(spans[0].Name, got)
	}
	if got := describe(spans[1].Attributes); spans[1].Name != "MULTI" || got != "db.operation.name=MULTI db.system.name=redis" {
		t.Error(spans[1].Name, got)
	}
}

func TestAnErrorHasItsKindAndItsServer(t *testing.T) {
	m := openServers(t)
	ctx := context.Background()
	m.client.Do(ctx, "SET", "text", "x")
	m.client.Do(ctx, "LPUSH", "text", "secret")
	span := m.spans.GetSpans()[1]
	node, err := m.client.NodeFor("text")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("db.operation.name=LPUSH db.response.status_code=WRONGTYPE db.system.name=redis error.type=WRONGTYPE server.address=%s server.port=%d", node.Host, node.Port)
	if got := describe(span.Attributes); got != want || span.Status.Code != codes.Error || !strings.Contains(span.Status.Description, "WRONGTYPE") {
		t.Error(got, span.Status)
	}
}

func TestAnUnavailableServerAndACanceledContextHaveTheirKinds(t *testing.T) {
	m := open(t, `{"nodes": {"node_1": {"host": "127.0.0.1", "port": 1}}}`)
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	m.client.Do(context.Background(), "GET", "a")
	m.client.Do(canceled, "GET", "a")
	spans := m.spans.GetSpans()
	if got := describe(spans[0].Attributes); got != "db.operation.name=GET db.system.name=redis error.type=no_connection server.address=127.0.0.1 server.port=1" {
		t.Error(got)
	}
	if got := describe(spans[1].Attributes); got != "db.operation.name=GET db.system.name=redis error.type=canceled" {
		t.Error(got)
	}
}

// collect returns the metrics by name.
func (m telemetry) collect(t *testing.T) map[string]metricdata.Metrics {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := m.reader.Collect(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	metrics := map[string]metricdata.Metrics{}
	for _, scope := range all.ScopeMetrics {
		for _, one := range scope.Metrics {
			metrics[one.Name] = one
		}
	}
	return metrics
}

func TestDurationsAreRecordedByCommandAndError(t *testing.T) {
	m := openServers(t)
	ctx := context.Background()
	for range 3 {
		m.client.Do(ctx, "SET", "text", "x")
	}
	m.client.Do(ctx, "LPUSH", "text", 1)
	one := m.collect(t)["db.client.operation.duration"]
	counts := map[string]uint64{}
	for _, point := range one.Data.(metricdata.Histogram[float64]).DataPoints {
		name, _ := point.Attributes.Value("db.operation.name")
		kind, _ := point.Attributes.Value("error.type")
		counts[name.AsString()+" "+kind.Emit()] += point.Count
		if len(point.Bounds) != 9 || point.Bounds[0] != 0.001 || point.Sum <= 0 {
			t.Errorf("%+v", point)
		}
	}
	if one.Unit != "s" || counts["LPUSH WRONGTYPE"] != 1 {
		t.Error(one.Unit, counts)
	}
	for name, count := range counts {
		if strings.HasPrefix(name, "SET") && count != 3 {
			t.Error(name, count)
		}
	}
}

func TestConnectionsAreObservedByServer(t *testing.T) {
	m := openServers(t)
	registration, err := otelrediscluster.ObserveConnections(m.client, otelrediscluster.WithMeterProvider(m.meters))
	if err != nil {
		t.Fatal(err)
	}
	metrics := m.collect(t)
	stats, err := m.client.Stats()
	if err != nil {
		t.Fatal(err)
	}
	points := metrics["db.client.connection.count"].Data.(metricdata.Sum[int64]).DataPoints
	if len(points) != 2*len(stats) {
		t.Error(points)
	}
	for _, server := range stats {
		open := int64(0)
		for _, point := range points {
			if pool, _ := point.Attributes.Value("db.client.connection.pool.name"); pool.AsString() == server.Address {
				open += point.Value
			}
		}
		if open != int64(server.Connections.Open) || open == 0 {
			t.Error(server.Address, open, server.Connections)
		}
	}
	for _, name := range []string{"db.client.connection.pending_requests", "db.client.connection.timeouts"} {
		if len(metrics[name].Data.(metricdata.Sum[int64]).DataPoints) != len(stats) {
			t.Error(name, metrics[name])
		}
	}
	if err := registration.Unregister(); err != nil {
		t.Error(err)
	}
}
