package main

import "github.com/redis/rueidis"

// rueidisNodes has a client of rueidis for each node.
type rueidisNodes struct{ perNode[rueidis.Client] }

func openRueidis() rueidisNodes {
	var nodes rueidisNodes
	for _, address := range addresses() {
		nodes.perNode = append(nodes.perNode, must(rueidis.NewClient(rueidis.ClientOption{
			InitAddress: []string{address}, ForceSingleClient: true, DisableCache: true,
		})))
	}
	return nodes
}

func (r rueidisNodes) get(key string) string {
	c := r.of(key)
	return must(c.Do(ctx, c.B().Get().Key(key).Build()).ToString())
}

func (r rueidisNodes) set(key, value string) {
	c := r.of(key)
	must(c.Do(ctx, c.B().Set().Key(key).Value(value).Build()).ToString())
}

func (r rueidisNodes) mget(keys []string) []string {
	return r.split(keys, func(c rueidis.Client, keys []string) []string {
		return must(c.Do(ctx, c.B().Mget().Key(keys...).Build()).AsStrSlice())
	})
}

func (r rueidisNodes) pipeline(keys []string) []string {
	return r.split(keys, func(c rueidis.Client, keys []string) []string {
		commands := make(rueidis.Commands, len(keys))
		for at, key := range keys {
			commands[at] = c.B().Get().Key(key).Build()
		}
		values := make([]string, len(keys))
		for at, reply := range c.DoMulti(ctx, commands...) {
			values[at] = must(reply.ToString())
		}
		return values
	})
}
