package rediscluster_test

import (
	"context"
	"fmt"
	"os"
	"testing"
)

var ctx = context.Background()

// Tests that measure memory are skipped if it is false.
var countsAllocations = true

func requireCountedAllocations(t *testing.T) {
	if !countsAllocations {
		t.Skip("the race detector allocates memory of its own")
	}
}

// TestMain fails without servers, because skipped tests would look like success.
func TestMain(m *testing.M) {
	if os.Getenv(openAsChild) != "" {
		openAndPrintError()
		return
	}
	if os.Getenv("REDISCLUSTER_CONFIG") == "" {
		fmt.Fprintln(os.Stderr, "no servers in REDISCLUSTER_CONFIG: run scripts/with-redis 3 -- go test ./...")
		os.Exit(1)
	}
	os.Exit(m.Run())
}
