# shellcheck shell=bash
# The tests of go-redis 9.23.0 that need one server without modules.

# Other servers: clusters, rings, Sentinel, modules, TLS. `initialize idle connections` sets requirepass: all later tests would fail, because
# the cluster does not know the new password.
readonly SKIPPED='initialize idle connections|[Cc]luster|Ring|Command Tips|Sentinel|[Ff]ailover|Search|FT\.|JSON|Probabilistic|RedisTimeseries|VectorSet|TLS|Array|Credentials Provider|newClusterState|withConn'

fetch() { once go_redis 9.23.0 fetch_go_redis; }

fetch_go_redis() {
    # The module's checksum is in go.sum of the clients' tests.
    local module
    module=$(cd "$here/../go" && go mod download -json github.com/redis/go-redis/v9@v9.23.0 | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    cp -r "$module" source
    chmod -R u+w source
    # The suite starts with servers for its other tests, and takes only their port from the environment.
    sed -i -e '/^var _ = BeforeSuite/,/^func TestGinkgoSuite/s/if !RECluster {/if false {/' \
        -e 's/^\tredisPort = redisStackPort/\tredisStackPort = os.Getenv("REDIS_PORT")\n\tredisStackAddr = ":" + redisStackPort\n&/' source/main_test.go
    cd source
    go test -c -o ../go-redis.test .
}

suite() { # PORT RESULTS
    cd "$to/go_redis/source" || return
    REDIS_PORT=$1 REDIS_VERSION=7.0 ../go-redis.test -test.v -test.run TestGinkgoSuite --ginkgo.no-color --ginkgo.timeout 20m \
        --ginkgo.skip "$SKIPPED" --ginkgo.json-report "$2.json"
    python3 - "$2.json" >"$2" <<'PYTHON'
import json, sys

WORDS = {"passed": "pass", "skipped": "skip", "pending": "skip"}
for spec in json.load(open(sys.argv[1]))[0]["SpecReports"]:
    name = " ".join((spec["ContainerHierarchyTexts"] or []) + [spec["LeafNodeText"]])
    if spec["LeafNodeType"] == "It":
        print(WORDS.get(spec["State"], "fail"), " ".join(name.split()))
PYTHON
    rm "$2.json"
}
