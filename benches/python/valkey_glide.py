"""Compares RedisCluster with valkey-glide-sync on one server; prints lines of samples for benches/table.awk."""

import os

from glide_sync import GlideClient, GlideClientConfiguration, NodeAddress
from harness import CPU, compare

from rediscluster import RedisCluster


def main() -> None:
    port = int(os.environ["REDISCLUSTER_PORTS"].split()[0])
    ours = RedisCluster({"nodes": {"node_1": {"host": "127.0.0.1", "port": port}}})
    peer = GlideClient.create(GlideClientConfiguration([NodeAddress("127.0.0.1", port)]))
    keys = [f"python:{number}" for number in range(10_000)]
    ours.mset({key: f"{key:<32}" for key in keys})
    compare("Python: GET, valkey-glide-sync, CPU", "ratio <= 0.40", CPU, 1000, lambda: ours.get(keys[7]), lambda: peer.get(keys[7]))
    compare("  MGET 100 keys, CPU", "-", CPU, 100, lambda: ours.mget(keys[:100]), lambda: peer.mget(keys[:100]))
    peer.close()


main()
