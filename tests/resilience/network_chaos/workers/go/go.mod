module github.com/rediscluster/rediscluster/tests/resilience/network_chaos/workers/go

go 1.21

require github.com/rediscluster/rediscluster/bindings/go v0.0.0

replace github.com/rediscluster/rediscluster/bindings/go => ../../../../../bindings/go
