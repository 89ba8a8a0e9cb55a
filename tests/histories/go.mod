module github.com/rediscluster/rediscluster/tests/histories

go 1.21

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/rediscluster/rediscluster/bindings/go v0.0.0
)

replace github.com/rediscluster/rediscluster/bindings/go => ../../bindings/go
