//go:build go1.23

package rediscluster_test

import (
	"iter"
	"testing"
)

func TestScanIsAnIteratorForARangeLoop(t *testing.T) {
	c := openEmpty(t)
	do(t, c, "MSET", "a", 1, "b", 2, "c", 3)
	var all iter.Seq2[string, error] = c.Scan(ctx)
	count := 0
	for key, err := range all {
		if err != nil || len(key) != 1 {
			t.Error(key, err)
		}
		count++
	}
	if count != 3 {
		t.Error(count)
	}
}
