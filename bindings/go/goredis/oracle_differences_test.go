package goredis_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A difference says why methods may return something else on the cluster than on one server.
type difference struct {
	methods string
	reason  string
	// They also differ between two servers, so that most of their calls do not count.
	varies bool
}

var differences = []difference{
	{"ClusterAddSlots ClusterAddSlotsRange ClusterCountFailureReports ClusterCountKeysInSlot ClusterDelSlots ClusterDelSlotsRange " +
		"ClusterFailover ClusterForget ClusterGetKeysInSlot ClusterInfo ClusterKeySlot ClusterLinks ClusterMeet ClusterMyID " +
		"ClusterMyShardID ClusterNodes ClusterReplicate ClusterResetHard ClusterResetSoft ClusterSaveConfig ClusterShards " +
		"ClusterSlaves ClusterSlots ReadOnly ReadWrite",
		"both refuse commands of Redis Cluster, with different texts", false},
	{"DebugObject ModuleLoadex", "the command is for one server: Each of the package rediscluster runs it on all", false},
	{"Eval EvalRO EvalSha EvalShaRO FCall FCallRO FCallRo", "a script needs all of its keys on one node", false},
	{"HImportDiscard HImportDiscardAll HImportPrepare HImportSet", "the state of HIMPORT belongs to a connection to one server", false},
	{"Scan ScanType", "a cursor of the cluster also names a node, and a page has keys of one node", false},
	{"ClientTracking ClientTrackingOff", "a session does not support it inside MULTI", false},
	{"ClientID ClientInfo ClientList Info InfoMap Time SlowLogGet SlowLogLen LastSave Latency ObjectIdleTime MemoryUsage XInfoConsumers " +
		"XPendingExt XInfoStreamFull ACLLog BgSave BgRewriteAOF Save", "servers have their own numbers, ports, times and counters", true},
	{"ACLGenPass RandomKey SPop SPopN SRandMember SRandMemberN HRandField HRandFieldWithValues ZRandMember ZRandMemberWithScores",
		"the reply is random", true},
	{"Dump SScan", "the order of the elements of a set is random", true},
}

// required is the share of the calls with the same values and errors.
const required = 0.97

// report compares the differences with those that are listed.
func (o *oracle) report(t *testing.T) {
	listed := map[string]difference{}
	for _, d := range differences {
		for _, method := range strings.Fields(d.methods) {
			listed[method] = d
		}
	}
	calls, agreed, same, varying := 0, 0, 0, 0
	for _, method := range slices.Sorted(maps.Keys(o.tally)) {
		count := o.tally[method]
		calls, agreed, varying = calls+count.calls, agreed+count.calls-count.different, varying+count.varying
		d, isListed := listed[method]
		switch {
		case count.different == 0:
			same++
			if isListed && !d.varies {
				t.Errorf("%s is listed with a difference (%s), and all its calls agree", method, d.reason)
			}
		case !isListed:
			t.Errorf("%s differs in %d of %d calls; %s", method, count.different, count.calls, count.example)
		}
	}
	for method := range listed {
		if o.tally[method] == nil {
			t.Errorf("%s is listed and was not called", method)
		}
	}
	share := float64(agreed) / float64(calls)
	if share < required {
		t.Errorf("%.2f %% of the calls agree", 100*share)
	}
	fmt.Printf("oracle: %d of %d calls agree (%.2f %%), without commands that the servers do not have %d of %d (%.2f %%); %d more differ between two servers\n",
		agreed, calls, 100*share, agreed-o.unknown, calls-o.unknown, 100*float64(agreed-o.unknown)/float64(calls-o.unknown), varying)
	fmt.Printf("oracle: %d of %d methods agree in all calls; %d are not called\n", same, len(o.tally), len(uncalled))
}
