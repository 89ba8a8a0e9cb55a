package otelrediscluster

import (
	"context"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/dbconv"
)

// ObserveConnections makes the meter report the connections of a client, and of the clients that share them, whenever it collects:
// db.client.connection.count with the states idle and used, db.client.connection.pending_requests (calls that wait for a connection),
// and db.client.connection.timeouts (calls that got none). The attribute db.client.connection.pool.name is the address of the server.
//
// Unregister the registration before the client is closed; otherwise each collection reports the error of a closed client.
func ObserveConnections(c *rediscluster.Client, options ...Option) (metric.Registration, error) {
	meter := newSettings(options).meter()
	count, err := dbconv.NewClientConnectionCountObservable(meter)
	if err != nil {
		return nil, err
	}
	pending, err := dbconv.NewClientConnectionPendingRequestsObservable(meter)
	if err != nil {
		return nil, err
	}
	timeouts, err := dbconv.NewClientConnectionTimeoutsObservable(meter)
	if err != nil {
		return nil, err
	}
	return meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		servers, err := c.Stats()
		if err != nil {
			return err
		}
		for _, server := range servers {
			pool := semconv.DBClientConnectionPoolName(server.Address)
			observe := func(instrument metric.Int64Observable, value int64, attributes ...attribute.KeyValue) {
				observer.ObserveInt64(instrument, value, metric.WithAttributes(append(attributes, pool)...))
			}
			idle := int64(server.Connections.Idle)
			observe(count.Inst(), idle, semconv.DBClientConnectionStateIdle)
			observe(count.Inst(), int64(server.Connections.Open)-idle, semconv.DBClientConnectionStateUsed)
			observe(pending.Inst(), int64(server.Connections.Awaited))
			observe(timeouts.Inst(), server.Errors["pool"])
		}
		return nil
	}, count.Inst(), pending.Inst(), timeouts.Inst())
}
