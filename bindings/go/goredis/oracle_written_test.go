package goredis_test

import (
	"time"

	"github.com/redis/go-redis/v9"
)

// A call has the arguments of a method after the context.
type call []any

// writtenCalls returns calls of methods whose arguments have a syntax of their own, in addition to those with keys of each type.
func writtenCalls(s shape) map[string][]call {
	k := s.keyOf
	fields := []string{"a", "1", "b", "2"}
	radius := &redis.GeoRadiusQuery{Radius: 500, Unit: "km", Sort: "ASC"}
	search := redis.GeoSearchQuery{Longitude: 15, Latitude: 37, Radius: 500, RadiusUnit: "km", Sort: "ASC"}
	store := redis.ZStore{Keys: []string{k("zset", 0), k("zset", 1)}, Weights: []float64{2, 3}, Aggregate: "MAX"}
	scores := &redis.ZRangeBy{Min: "-inf", Max: "(2", Offset: 0, Count: 10}
	lexical := &redis.ZRangeBy{Min: "-", Max: "+"}
	const script, broken = "return {KEYS[1], ARGV[1], redis.call('GET', KEYS[1])}", "return redis.call('LPOP', KEYS[1])"
	const library = "#!lua name=lib\nredis.register_function{function_name='f', callback=function(keys, args) return args[1] end, flags={'no-writes'}}"
	return map[string][]call{
		"ACLCat":                     {{}},
		"ACLSetUser":                 {{"ann", "on", "+get", "~*"}},
		"ACLDelUser":                 {{"ann"}},
		"ACLGenPass":                 {{-1}},
		"BitCount":                   {{k("text", 0), (*redis.BitCount)(nil)}, {k("text", 0), &redis.BitCount{Start: 1, End: 4}}},
		"BitField":                   {{k("text", 0), "INCRBY", "u8", 0, 1, "GET", "u4", 0}},
		"BitFieldRO":                 {{k("text", 0), "u8", 0}},
		"BitOpNot":                   {{k("missing", 0), k("text", 0)}},
		"BitPosSpan":                 {{k("text", 0), int8(1), int64(0), int64(9), "bit"}},
		"BLMPop":                     {{time.Second, "left", int64(2), k("list", 0), k("list", 1)}},
		"BLMove":                     {{k("list", 0), k("list", 1), "LEFT", "RIGHT", time.Second}, {k("list", 0), k("set", 0), "LEFT", "RIGHT", time.Second}},
		"BZMPop":                     {{time.Second, "max", int64(2), k("zset", 2), k("zset", 1)}},
		"CommandGetKeys":             {{"MGET", "a", "b"}, {"EVAL", "return 1", "1", "a"}},
		"ConfigGet":                  {{"maxmemory"}, {"hash-max-*"}},
		"ConfigSet":                  {{"maxmemory-samples", "5"}},
		"Copy":                       {{k("list", 0), k("missing", 0), 0, false}, {k("list", 0), k("set", 0), 0, true}},
		"Eval":                       {{script, []string{k("text", 0)}, "argument"}, {broken, []string{k("text", 0)}}, {"return 1", []string{}}},
		"EvalRO":                     {{script, []string{k("text", 0)}, "argument"}},
		"EvalSha":                    {{"0123456789012345678901234567890123456789", []string{k("text", 0)}}},
		"FCall":                      {{"f", []string{k("text", 0)}, "argument"}},
		"FunctionLoad":               {{library}},
		"FunctionLoadReplace":        {{library}},
		"GeoAdd":                     {{k("geo", 0), &redis.GeoLocation{Name: "Rome", Longitude: 12.5, Latitude: 41.9}}},
		"GeoDist":                    {{k("geo", 0), "Palermo", "Catania", "km"}, {k("geo", 0), "Palermo", "Rome", "km"}},
		"GeoHash":                    {{k("geo", 0), "Palermo", "Rome"}},
		"GeoPos":                     {{k("geo", 0), "Palermo", "Rome"}},
		"GeoRadius":                  {{k("geo", 0), 15.0, 37.0, radius}},
		"GeoRadiusByMember":          {{k("geo", 0), "Palermo", radius}},
		"GeoSearch":                  {{k("geo", 0), &search}},
		"GeoSearchLocation":          {{k("geo", 0), &redis.GeoSearchLocationQuery{GeoSearchQuery: search, WithCoord: true, WithDist: true}}},
		"GeoSearchStore":             {{k("geo", 0), k("missing", 0), &redis.GeoSearchStoreQuery{GeoSearchQuery: search}}},
		"HRandField":                 {{k("hash", 2), 5}},
		"HScan":                      {{k("hash", 0), uint64(0), "*", int64(10)}, {k("hash", 0), uint64(0), "none", int64(10)}},
		"HSet":                       {{k("hash", 0), fields}, {k("missing", 0), map[string]any{"a": 1}}},
		"Info":                       {{"server"}, {"commandstats"}},
		"InfoMap":                    {{"server"}},
		"Keys":                       {{"*"}, {s.tag + "list*"}},
		"LCS":                        {{&redis.LCSQuery{Key1: k("text", 0), Key2: k("text", 1)}}, {&redis.LCSQuery{Key1: k("text", 0), Key2: k("text", 1), Idx: true, WithMatchLen: true}}},
		"LInsert":                    {{k("list", 0), "before", k("list", 1), "new"}},
		"LMPop":                      {{"right", int64(2), k("list", 0), k("list", 1)}},
		"LMove":                      {{k("list", 0), k("list", 1), "LEFT", "RIGHT"}, {k("list", 0), k("list", 0), "RIGHT", "LEFT"}},
		"LPos":                       {{k("list", 0), k("list", 1), redis.LPosArgs{}}},
		"MSet":                       {{fields}, {map[string]any{k("text", 0): 1}}},
		"MSetNX":                     {{k("missing", 0), "a", k("missing", 1), "b"}, {k("missing", 0), "a", k("text", 1), "b"}},
		"PFAdd":                      {{k("missing", 0), "a", "b", "c"}},
		"Publish":                    {{"channel", "message"}},
		"Restore":                    {{k("missing", 0), time.Duration(0), "not serialized"}},
		"Rename":                     {{k("list", 0), k("set", 1)}, {k("missing", 0), k("set", 1)}},
		"RenameNX":                   {{k("list", 0), k("missing", 1)}},
		"Scan":                       {{uint64(0), "*", int64(1000)}, {uint64(0), "none", int64(1000)}},
		"ScanType":                   {{uint64(0), "*", int64(1000), "list"}, {uint64(0), "none", int64(1000), "list"}},
		"ScriptExists":               {{"0123456789012345678901234567890123456789"}},
		"ScriptLoad":                 {{"return 1"}, {"return ("}},
		"Set":                        {{k("text", 0), "value", time.Duration(0)}, {k("text", 0), 4.5, time.Minute}, {k("list", 0), true, redis.KeepTTL}},
		"SetArgs":                    {{k("text", 0), "value", redis.SetArgs{Get: true}}, {k("text", 0), "value", redis.SetArgs{Mode: "NX"}}},
		"SInterCard":                 {{int64(0), k("set", 0), k("set", 1)}},
		"Sort":                       {{k("set", 0), &redis.Sort{Alpha: true, Order: "DESC"}}, {k("list", 0), &redis.Sort{By: "nosort", Get: []string{"#"}}}},
		"SortRO":                     {{k("set", 0), &redis.Sort{Alpha: true}}},
		"SortStore":                  {{k("set", 0), k("missing", 0), &redis.Sort{Alpha: true}}},
		"SScan":                      {{k("set", 2), uint64(0), "*", int64(10)}},
		"Wait":                       {{0, time.Second}},
		"XAck":                       {{k("stream", 0), k("stream", 1), "1-1"}},
		"XAdd":                       {{&redis.XAddArgs{Stream: k("stream", 0), ID: "9-9", Values: fields}}, {&redis.XAddArgs{Stream: k("missing", 0), NoMkStream: true, Values: fields}}},
		"XDel":                       {{k("stream", 0), "1-1", "9-9"}},
		"XGroupCreate":               {{k("stream", 0), "group", "$"}, {k("missing", 0), "group", "$"}},
		"XGroupCreateMkStream":       {{k("missing", 0), "group", "$"}},
		"XPendingExt":                {{&redis.XPendingExtArgs{Stream: k("stream", 0), Group: k("stream", 1), Start: "-", End: "+", Count: 10}}},
		"XRange":                     {{k("stream", 0), "-", "+"}},
		"XRead":                      {{&redis.XReadArgs{Streams: []string{k("stream", 0), k("stream", 1), "0", "1-1"}, Block: -1}}},
		"XReadGroup":                 {{&redis.XReadGroupArgs{Group: k("stream", 1), Consumer: "ann", Streams: []string{k("stream", 0), ">"}, Block: -1}}},
		"XReadStreams":               {{k("stream", 0), k("stream", 1), "0", "0"}},
		"XRevRange":                  {{k("stream", 0), "+", "-"}},
		"XTrimMinID":                 {{k("stream", 0), "2-0"}},
		"ZAdd":                       {{k("zset", 0), redis.Z{Score: 1.5, Member: "new"}}},
		"ZCount":                     {{k("zset", 0), "-inf", "(2"}},
		"ZInter":                     {{&store}},
		"ZInterStore":                {{k("missing", 0), &store}},
		"ZInterWithScores":           {{&store}},
		"ZLexCount":                  {{k("zset", 0), "-", "+"}},
		"ZMPop":                      {{"min", int64(2), k("zset", 0), k("zset", 1)}},
		"ZRangeArgs":                 {{redis.ZRangeArgs{Key: k("zset", 0), Start: 0, Stop: -1, Rev: true}}},
		"ZRangeByLex":                {{k("zset", 0), lexical}},
		"ZRangeByScore":              {{k("zset", 0), scores}},
		"ZRangeStore":                {{k("missing", 0), redis.ZRangeArgs{Key: k("zset", 0), Start: 0, Stop: 1}}},
		"ZRemRangeByLex":             {{k("zset", 0), "-", "+"}},
		"ZRevRangeByScoreWithScores": {{k("zset", 0), scores}},
		"ZScan":                      {{k("zset", 0), uint64(0), "*", int64(10)}},
		"ZUnion":                     {{store}},
		"ZUnionStore":                {{k("missing", 0), &store}},
		"ZUnionWithScores":           {{store}},
	}
}
