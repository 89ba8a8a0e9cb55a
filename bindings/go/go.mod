module github.com/rediscluster/rediscluster/bindings/go

go 1.21
