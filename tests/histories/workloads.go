package main

import "math/rand"

// A workload is what the clients of a history do.
type workload struct {
	prepare []string // commands that the first client sends before the others begin
	command func(random *rand.Rand, client int, value string) []string
}

func pick(random *rand.Rand, words ...string) string { return words[random.Intn(len(words))] }

// twoKeys returns two of the keys a, b and c.
func twoKeys(random *rand.Rand) (string, string) {
	order := random.Perm(keyCount)
	return string(rune('a' + order[0])), string(rune('a' + order[1]))
}

func moves(name string) func(*rand.Rand, int, string) []string {
	return func(random *rand.Rand, _ int, value string) []string {
		from, to := twoKeys(random)
		switch random.Intn(6) {
		case 0:
			return []string{"RPUSH", from, value}
		case 1:
			return []string{"LRANGE", from, "0", "-1"}
		case 2:
			if name == "RENAME" { // which leaves fewer keys
				return []string{"RPUSH", from, value}
			}
			return []string{"LRANGE", from, "0", "-1"}
		case 3:
			if name != "RENAME" {
				return []string{"DEL", from}
			}
		}
		return []string{name, from, to}
	}
}

func stores(name, kind string) func(*rand.Rand, int, string) []string {
	return func(random *rand.Rand, _ int, _ string) []string {
		key := pick(random, "a", "b")
		switch number := random.Intn(7); {
		case number < 2:
			destination := pick(random, "a", "c", "c", "c")
			switch kind {
			case "z":
				return []string{name, destination, "2", "a", "b"}
			case "t":
				return []string{name, "OR", destination, "a", "b"}
			}
			return []string{name, destination, "a", "b"}
		case number < 4:
			return map[string][]string{"s": {"SMEMBERS", "c"}, "z": {"ZRANGE", "c", "0", "-1", "WITHSCORES"}, "t": {"GET", "c"}}[kind]
		case number < 5:
			return []string{"DEL", key}
		}
		return map[string][]string{
			"s": {"SADD", key, pick(random, "p", "q", "r")},
			"z": {"ZADD", key, pick(random, "1", "2", "3"), pick(random, "p", "q", "r")},
			"t": {"SET", key, pick(random, "0", "1", "2", "4", "8")},
		}[kind]
	}
}

var workloads = map[string]workload{
	"RENAME":   {[]string{"RPUSH a first"}, moves("RENAME")},
	"RENAMENX": {[]string{"RPUSH a first"}, moves("RENAMENX")},
	"COPY":     {[]string{"RPUSH a first"}, moves("COPY")},
	"LMOVE": {[]string{"RPUSH a 1", "RPUSH a 2", "RPUSH a 3"}, func(random *rand.Rand, _ int, value string) []string {
		from, to := twoKeys(random)
		switch random.Intn(8) {
		case 0:
			return []string{"RPUSH", from, value}
		case 1, 2:
			return []string{"LRANGE", from, "0", "-1"}
		case 3:
			return []string{"SET", "c", value}
		case 4:
			return []string{"DEL", "c"}
		}
		return []string{"LMOVE", from, to, pick(random, "LEFT", "RIGHT"), pick(random, "LEFT", "RIGHT")}
	}},
	"SMOVE": {[]string{"SADD a p", "SADD b q"}, func(random *rand.Rand, _ int, _ string) []string {
		from, to := twoKeys(random)
		member := pick(random, "p", "q", "r")
		switch random.Intn(6) {
		case 0:
			return []string{"SADD", from, member}
		case 1:
			return []string{"SREM", from, member}
		case 2:
			return []string{"SMEMBERS", from}
		}
		return []string{"SMOVE", from, to, member}
	}},
	"MSETNX": {nil, func(random *rand.Rand, client int, value string) []string {
		key, other := twoKeys(random)
		switch number := random.Intn(8); {
		case number < 3:
			return []string{"MSETNX", "a", value, "b", value, "c", value}
		case number < 4:
			return []string{"MSETNX", key, value, other, value}
		case number < 5:
			return []string{"GET", key}
		case number < 6 && client == 0:
			return []string{"APPEND", key, "x"}
		}
		return []string{"DEL", key}
	}},
	// Some servers refuse writes for a moment.
	"MSET": {nil, func(random *rand.Rand, _ int, value string) []string {
		key, other := twoKeys(random)
		switch number := random.Intn(6); {
		case number < 2:
			return []string{"MSET", "a", value, "b", value, "c", value}
		case number < 3:
			return []string{"MSET", key, value, other, value}
		case number < 4:
			return []string{"DEL", key, other}
		}
		return []string{"GET", key}
	}},
	"LMPOP": {nil, func(random *rand.Rand, client int, value string) []string {
		key, _ := twoKeys(random)
		switch number := random.Intn(6); {
		case number < 2 && client == 0:
			return []string{"BLPOP", "a", "b", "c", "0.02"}
		case number < 3:
			return []string{"LMPOP", "3", "c", "b", "a", "LEFT"}
		case number < 5:
			return []string{"RPUSH", key, value}
		}
		return []string{"LMPOP", "2", "a", "b", "LEFT"}
	}},
	"SUNIONSTORE": {nil, stores("SUNIONSTORE", "s")},
	"ZUNIONSTORE": {nil, stores("ZUNIONSTORE", "z")},
	"BITOP":       {nil, stores("BITOP", "t")},
	"single keys": {nil, func(random *rand.Rand, _ int, value string) []string {
		key := pick(random, "a", "b", "c")
		return [][]string{{"SET", key, value}, {"GET", key}, {"APPEND", key, "x"}, {"DEL", key}, {"RPUSH", key, value}, {"LPOP", key}}[random.Intn(6)]
	}},
}
