//go:build cgo

package rediscluster

import (
	"runtime"
	"time"
)

// ServerStats is what this process has done so far with one server.
type ServerStats struct {
	Role          string           // "master" or "replica"
	Master        string           // the alias of its master; of a master, its own
	Address       string           // host and port, or the path of a Unix socket
	Refusal       string           // why a master is not used, or ""
	Breaker       string           // "closed": it is used; "suspect": its last call has failed; "open": calls fail at once
	Reason        string           // the last failure, if the breaker is not closed
	Unavailable   time.Duration    // for how long, if the breaker is not closed
	Connections   ConnectionStats  //
	Commands      int64            // that it has replied to, including those of the library itself
	Retries       int64            // commands that were sent again
	BytesSent     int64            //
	BytesReceived int64            //
	Errors        map[string]int64 // by kind: connect, unavailable, pool, timeout, deadline, lost, protocol, memory

	// Latency has the number of waits for replies by their time. One of 64 is measured, from the moment when the request was
	// sent. Latency[n] is the number of those that took less than 2ⁿ µs, but not less than half of that.
	Latency []int64
}

// ConnectionStats are numbers of connections to one server.
type ConnectionStats struct {
	Open    int // now, idle ones included
	Idle    int // now
	Awaited int // callers that wait for a connection now
	Opened  int64
}

// Stats returns what this process has done so far through c and the clients that share its connections, by alias as in
// NodeList. It contacts no server.
func (c *Client) Stats() (map[string]ServerStats, error) {
	defer runtime.KeepAlive(c) // otherwise the finalizer could close the client before the call begins
	reply, err := c.handle.stats()
	if err != nil {
		return nil, err
	}
	defer reply.free()
	rows, err := readFields(reply.decoder().value(0))
	if err != nil {
		return nil, err
	}
	stats := make(map[string]ServerStats, len(rows))
	for alias, row := range rows {
		if stats[alias], err = newServerStats(row); err != nil {
			return nil, err
		}
	}
	return stats, nil
}

func newServerStats(value Value) (ServerStats, error) {
	row, err := readFields(value)
	if err != nil {
		return ServerStats{}, err
	}
	connections, err := readFields(row["connections"])
	if err != nil {
		return ServerStats{}, err
	}
	stats := ServerStats{
		Role:        row.text("role"),
		Master:      row.text("master"),
		Address:     row.text("address"),
		Refusal:     row.text("refusal"),
		Breaker:     row.text("breaker"),
		Reason:      row.text("reason"),
		Unavailable: time.Duration(row.integer("unavailable_ms")) * time.Millisecond,
		Connections: ConnectionStats{
			Open:    int(connections.integer("open")),
			Idle:    int(connections.integer("idle")),
			Awaited: int(connections.integer("awaited")),
			Opened:  connections.integer("opened"),
		},
		Commands:      row.integer("commands"),
		Retries:       row.integer("retries"),
		BytesSent:     row.integer("bytes_sent"),
		BytesReceived: row.integer("bytes_received"),
		Errors:        map[string]int64{},
	}
	errors, err := readFields(row["errors"])
	if err != nil {
		return ServerStats{}, err
	}
	for kind := range errors {
		stats.Errors[kind] = errors.integer(kind)
	}
	latency, err := row["latency_us"].Array()
	for _, count := range latency {
		stats.Latency = append(stats.Latency, count.number)
	}
	return stats, err
}
