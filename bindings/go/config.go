package rediscluster

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// A Config says which servers a client uses, and how: the configuration in JSON, which is the same in every language, as a struct.
// The README of the project describes the options.
//
// The zero value of a field is the default of its option. Where 0 has a meaning of its own, such as no limit, it is Zero.
type Config struct {
	// URLs of the masters, in order: "redis://127.0.0.1:6379", "rediss://…", "unix:///path". They become node_1, node_2 and so on.
	URLs []string
	// The servers by alias, instead of URLs.
	Nodes map[string]NodeConfig
	// The replicas of each master, if they are not to be discovered. Its keys are then the masters.
	MasterOf map[string][]string

	Username string
	Password string
	DB       int

	Timeout        time.Duration // for a request to one server, up to the first byte of its reply
	Deadline       time.Duration // for a call as a whole
	ConnectTimeout time.Duration
	ReadTimeout    time.Duration
	WriteTimeout   time.Duration
	MinReplyRate   int // bytes per second

	BreakerFailures int  // failures in a row after which calls to a server fail at once
	BreakerShared   bool // the processes of a user tell each other
	PoolSize        int  // connections per server
	MaxInFlight     int  // calls to one server in progress
	MaxReplySize    int  // bytes
	MaxReplyDepth   int

	MaxIdleTime      time.Duration
	MaxConnectionAge time.Duration
	PingInterval     time.Duration
	Keepalive        time.Duration
	TCPUserTimeout   time.Duration
	RefreshInterval  time.Duration
	MaxLag           time.Duration // of the replicas that are read from

	HashTag        string            // "keep", "strip" or "off"
	Pin            map[string]string // pattern to alias
	Previous       any               // the layout that keys move away from, such as map[string]any{"nodes": map[string]string{"node_1": "redis://…"}}
	Partial        bool
	CrossNode      string // "emulate" or "strict"
	KeylessScripts any    // "check", "run", "refuse", or map[string]string{"node": "node_1"}
	Transactions   string // "one_node" or "per_node"
	Read           string // "replica", "master", "any" or "nearest"
	ReadYourWrites bool
	Protocol       int    // 2 or 3
	EmptyMaster    string // "report", "refuse" or "accept"

	TLS              any // true, or the object of the option tls, such as map[string]any{"ca": "/path"}
	Sentinels        []string
	SentinelUsername string
	SentinelPassword string
	SentinelTLS      any

	// More options by name, with the values that JSON has.
	More map[string]any
}

// Zero is the value 0 of an option, in a field of Config whose zero value is the default. Any negative value is the same.
const Zero = -1

// A NodeConfig is one server of a Config.
type NodeConfig struct {
	URL         string // instead of the other fields
	Host        string
	Port        int
	Unix        string // the path of a Unix socket, instead of host and port
	ServiceName string // the name under which Sentinel knows the master, instead of an address
	Username    string
	Password    string
	DB          int
	TLS         any
}

// MarshalJSON returns the configuration in JSON, as Open also accepts it.
func (c Config) MarshalJSON() ([]byte, error) {
	options := jsonObject{}
	for name, value := range c.More {
		options[name] = value
	}
	if err := c.addNodes(options); err != nil {
		return nil, err
	}
	options.add("username", c.Username)
	options.add("password", c.Password)
	options.add("db", c.DB)
	c.addLimits(options)
	c.addTimes(options)
	c.addBehavior(options)
	return json.Marshal(map[string]any(options))
}

func (c Config) addNodes(options jsonObject) error {
	if len(c.URLs) > 0 && len(c.Nodes) > 0 {
		return &Error{Code: ErrConfig, Message: "the configuration has both URLs and Nodes"}
	}
	nodes := jsonObject{}
	for i, url := range c.URLs {
		nodes[fmt.Sprintf("node_%d", i+1)] = url
	}
	for alias, node := range c.Nodes {
		nodes[alias] = node.option()
	}
	options["nodes"] = nodes
	if len(c.MasterOf) > 0 {
		options["master_of"] = c.MasterOf
	}
	return nil
}

func (c Config) addLimits(options jsonObject) {
	options.addNumber("min_reply_rate", c.MinReplyRate)
	options.addNumber("breaker_failures", c.BreakerFailures)
	options.add("breaker_shared", c.BreakerShared)
	options.addNumber("pool_size", c.PoolSize)
	options.addNumber("max_in_flight", c.MaxInFlight)
	options.addNumber("max_reply_size", c.MaxReplySize)
	options.addNumber("max_reply_depth", c.MaxReplyDepth)
}

func (c Config) addTimes(options jsonObject) {
	options.addTime("timeout", c.Timeout)
	options.addTime("deadline", c.Deadline)
	options.addTime("connect_timeout", c.ConnectTimeout)
	options.addTime("read_timeout", c.ReadTimeout)
	options.addTime("write_timeout", c.WriteTimeout)
	options.addTime("max_idle_time", c.MaxIdleTime)
	options.addTime("max_connection_age", c.MaxConnectionAge)
	options.addTime("ping_interval", c.PingInterval)
	options.addTime("keepalive", c.Keepalive)
	options.addTime("tcp_user_timeout", c.TCPUserTimeout)
	options.addTime("refresh_interval", c.RefreshInterval)
	options.addTime("max_lag", c.MaxLag)
}

func (c Config) addBehavior(options jsonObject) {
	options.add("hash_tag", c.HashTag)
	if len(c.Pin) > 0 {
		options["pin"] = c.Pin
	}
	options.add("previous", c.Previous)
	options.add("partial", c.Partial)
	options.add("cross_node", c.CrossNode)
	options.add("keyless_scripts", c.KeylessScripts)
	options.add("transactions", c.Transactions)
	options.add("read", c.Read)
	options.add("read_your_writes", c.ReadYourWrites)
	options.add("protocol", c.Protocol)
	options.add("empty_master", c.EmptyMaster)
	options.add("tls", c.TLS)
	if len(c.Sentinels) > 0 {
		options["sentinels"] = c.Sentinels
	}
	options.add("sentinel_username", c.SentinelUsername)
	options.add("sentinel_password", c.SentinelPassword)
	options.add("sentinel_tls", c.SentinelTLS)
}

// option returns the URL, or an object.
func (n NodeConfig) option() any {
	if n.URL != "" {
		return n.URL
	}
	options := jsonObject{}
	options.add("host", n.Host)
	options.add("port", n.Port)
	options.add("unix", n.Unix)
	options.add("service_name", n.ServiceName)
	options.add("username", n.Username)
	options.add("password", n.Password)
	options.add("db", n.DB)
	if n.TLS != nil { // false has a meaning
		options["tls"] = n.TLS
	}
	return options
}

// configText returns a configuration in JSON.
func configText(config any) (string, error) {
	c, isStruct := config.(Config)
	if !isStruct {
		return reflect.ValueOf(config).String(), nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "", &Error{Code: ErrConfig, Message: err.Error()}
	}
	return string(text), nil
}

// hasDeadline reports whether a configuration, which the library has accepted, has the option deadline.
func hasDeadline(config string) bool {
	var options struct {
		Deadline float64 `json:"deadline"`
	}
	// The library accepts nothing that this cannot read. If it did, calls with a deadline would not be batched.
	err := json.Unmarshal([]byte(config), &options)
	return err != nil || options.Deadline != 0
}

type jsonObject map[string]any

// add leaves out the zero values.
func (o jsonObject) add(name string, value any) {
	switch value {
	case "", 0, false, nil:
	default:
		o[name] = value
	}
}

func (o jsonObject) addNumber(name string, number int) {
	if number != 0 {
		o[name] = max(0, number)
	}
}

func (o jsonObject) addTime(name string, d time.Duration) {
	if d != 0 {
		o[name] = max(0, d).Seconds()
	}
}
