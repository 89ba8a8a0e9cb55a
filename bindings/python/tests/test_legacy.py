"""What rediscluster-py 0.4 and 0.5 promised: each of its calls returns what its documentation says, and its faults are fixed."""

import pickle

import pytest
from servers import Server, configuration, wait_until

import rediscluster
from rediscluster import DataError, RedisCluster, StrictRedisCluster


def masters(servers):
    return [server.node for server in servers]


@pytest.fixture
def replica(servers):
    """A replica of the first server."""
    server = Server("--replicaof", "127.0.0.1", str(servers[0].port))
    wait_until(lambda: server.client().info("replication")["master_link_status"] == "up")
    yield server
    server.stop()
    wait_until(lambda: servers[0].client().info("replication")["connected_slaves"] == 0)


# ---- the documentation of 0.4 ------------------------------------------------------------------------------------------------------------


def test_getting_started(servers):
    cluster = {"nodes": {"node_1": servers[0].node, "node_2": servers[1].node}}
    r = rediscluster.StrictRedisCluster(cluster=cluster, db=0)
    assert r.set("foo", "bar") is True
    assert r.get("foo") == b"bar"
    r.close()


def test_getnodefor(old, servers):
    one, two = masters(servers[:2])
    assert old.getnodefor("foo") == {"node_2": two}
    assert old.getnodefor("bar") == {"node_1": one}
    assert old.getnodefor("foobar") == {"node_2": two}
    # It ignored tags.
    assert old.getnodefor("bar{foo}") == {"node_2": two}


def test_hash_tags(old, servers):
    assert old.get("bar{foo}") is None
    assert old.mset({"bar{foo}": "bar", "foo": "foo"}) is True
    assert old.mget(["bar{foo}", "foo"]) == [b"bar", b"foo"]
    with servers[1].client() as direct:
        assert sorted(direct.keys()) == [b"bar", b"foo"]


def test_commands_with_several_keys(old):
    assert old.sadd("foo", *["a1", "a2", "a3"]) == 3
    assert old.sadd("bar", *["b1", "a2", "b3"]) == 3
    assert old.sdiffstore("foobar", "foo", "bar") == 2
    assert old.smembers("foobar") == {b"a1", b"a3"}


# ---- layout and routing ------------------------------------------------------------------------------------------------------------------


def test_tags_that_are_none(old):
    assert old.set("{foo}", 1) and old.get("{foo}") == b"1"  # Python sent an empty key
    assert old.node_for("{foo}")["key"] == "{foo}"
    assert old.node_for("foo{}")["key"] == "foo"
    assert old.node_for("a{b}{c}")["key"] == "a{b}"  # the last brace
    assert old.node_for("foo{bar}baz")["key"] == "foo{bar}baz"


def test_the_first_tag_pins_untagged_keys(old):
    old.set("bar{foo}", "on foo's node")
    assert old.mget(["foo{foo}", "bar"]) == [None, b"on foo's node"]
    old.mset({"x{foo}": 1, "y": 2})
    assert old.get("y{foo}") == b"2"


def test_arguments_are_not_modified(old):
    keys, values = ["bar{foo}", "x"], {"bar{foo}": "1", "x": "2"}
    old.mset(values)
    assert old.mget(keys) == old.mget(keys) == [b"1", b"2"]
    assert keys == ["bar{foo}", "x"] and values == {"bar{foo}": "1", "x": "2"}


def test_every_key_of_a_command_counts(old):
    old.mset({"foo": 1, "bar": 2})
    assert old.delete("foo", "bar") == 2
    assert old.exists("foo", "bar") == 0
    old.rpush("bar", "x")
    assert old.blpop(["foo", "bar"], 1) == (b"bar", b"x")
    old.set("foo", "\x0f")
    assert old.bitop("NOT", "bar", "foo") == 1 and old.get("bar") == b"\xf0"
    old.rpush("l", 3, 1, 2)
    assert old.sort("l", store="foo") == 3 and old.lrange("foo", 0, -1) == [b"1", b"2", b"3"]


# ---- configuration -----------------------------------------------------------------------------------------------------------------------


def test_master_of_names_masters_and_replicas(servers):
    one, two, three = masters(servers)
    nodes = {"node_1": one, "node_2": two, "node_3": {"host": "127.0.0.1", "port": 1}, "node_4": {"host": "127.0.0.1", "port": 2}, "node_9": three}
    cluster = {"nodes": nodes, "master_of": {"node_1": "node_3", "node_2": "node_4"}}
    r = StrictRedisCluster(cluster=cluster, mastersonly=True)
    assert r.getnodefor("foo") == {"node_2": two} and r.set("foo", 1) and r.get("foo") == b"1"
    assert [alias for alias, node in r.node_list().items() if node["role"] == "master"] == ["node_1", "node_2"]
    r.close()


def test_a_bad_cluster_is_a_data_error(servers):
    for bad in ({}, {"nodes": {}}, {"nodes": {"node_2": servers[0].node}}, 7):
        with pytest.raises(DataError):
            StrictRedisCluster(cluster=bad)
    with pytest.raises(DataError):
        StrictRedisCluster()


def test_a_replica_is_no_master(replica):
    with StrictRedisCluster(cluster=configuration([replica])) as r, pytest.raises(DataError, match="node_1 .*the server is a replica"):
        r.set("foo", 1)


def test_slaves_are_discovered_and_serve_reads(servers, replica):
    wait_until(lambda: servers[0].client().info("replication").get("slave0", {}).get("state") == "online")
    cluster = configuration(servers[:2])
    r = StrictRedisCluster(cluster=cluster)
    assert cluster["slaves"] == {"node_1_slave": ["127.0.0.1", replica.port], "node_2_slave": ["127.0.0.1", servers[1].port]}
    assert r.cluster is cluster
    replies = r.config_get("port")
    assert replies["node_1_slave"] == {"port": str(replica.port)}
    assert replies["node_2_slave"] == replies["node_2"] == {"port": str(servers[1].port)}
    r.set("bar", 1)
    wait_until(lambda: r.get("bar") == b"1")
    before = replica.client().info("stats")["total_reads_processed"]
    [r.get("bar") for _ in range(20)]
    assert replica.client().info("stats")["total_reads_processed"] - before >= 20
    # An opened dict can be used again.
    with StrictRedisCluster(cluster=cluster, mastersonly=True) as masters_only:
        assert cluster["slaves"]["node_1_slave"] == ["127.0.0.1", servers[0].port]
        assert masters_only.get("bar") == b"1"
    r.close()


def test_databases(servers):
    with StrictRedisCluster(cluster=configuration(servers[:2]), db=2) as r:
        r.mset({"foo": 1, "bar": 2})
        assert servers[1].client(db=2).get("foo") == b"1"
        assert r.select(3) == {"node_1": True, "node_1_slave": True, "node_2": True, "node_2_slave": True}
        assert r.get("foo") is None and r.set("foo", 3)
        assert servers[1].client(db=3).get("foo") == b"3" and servers[0].client(db=3).get("foo") is None
        with r.pipeline() as pipeline:
            assert pipeline.get("foo").execute() == [b"3"]
        assert r.select(2) and r.mget("foo", "bar") == [b"1", b"2"]


# ---- calls and results -------------------------------------------------------------------------------------------------------------------


def test_object(old):
    old.set("bar{foo}", 1)
    assert old.object("encoding", "bar{foo}") == b"int"
    assert old.object("refcount", "none") is None


def test_items(old):
    old["a"] = "1"
    assert old["a"] == b"1" and "a" in old and "b" not in old
    old["a"] = ""
    assert old["a"] == b""  # KeyError before
    del old["a"]
    with pytest.raises(KeyError):
        old["a"]


def test_broadcasts(old):
    aliases = ["node_1", "node_1_slave", "node_2", "node_2_slave"]
    assert old.ping() == dict.fromkeys(aliases, True)
    for call in (old.info, old.time, old.lastsave, old.client_list, lambda: old.config_get("maxmemory")):
        assert list(call()) == aliases
    assert old.info()["node_1"]["redis_version"] == old.info("server")["node_2_slave"]["redis_version"]
    assert isinstance(old.time()["node_1"], tuple)
    assert old.config_get("maxmemory")["node_2"] == {"maxmemory": "0"}
    assert list(old.save()) == aliases
    old.mset({"foo": 1, "bar": 2})
    assert old.dbsize() == 2 and sorted(old.keys()) == [b"bar", b"foo"]
    assert old.flushdb() == {"node_1": True, "node_1_slave": None, "node_2": True, "node_2_slave": None}
    assert old.flushall() == old.flushdb() and old.dbsize() == 0


def test_a_broadcast_that_a_master_fails_is_an_error(servers):
    cluster = configuration(servers[:2])
    cluster["nodes"]["node_2"] = {"host": "127.0.0.1", "port": 1}
    with StrictRedisCluster(cluster=cluster) as r, pytest.raises(rediscluster.ConnectionError, match="node_2"):
        r.ping()


def test_two_aliases_of_one_server(servers):
    one = servers[0].node
    with StrictRedisCluster(cluster={"nodes": {"node_1": one, "node_2": one}}) as r:
        r.mset({"foo": 1, "bar": 2})
        assert r.dbsize() == 2  # counted twice before
        assert list(r.ping()) == ["node_1", "node_1_slave", "node_2", "node_2_slave"]


def test_exceptions(old):
    old.set("foo", "x")
    with pytest.raises(rediscluster.exceptions.ResponseError):
        old.lpush("foo", 1)
    for name in ("ConnectionError", "DataError", "PubSubError", "RedisError", "ResponseError", "WatchError", "AuthenticationError", "InvalidResponse"):
        assert issubclass(getattr(rediscluster.exceptions, name), rediscluster.RedisError)


# ---- emulated commands -------------------------------------------------------------------------------------------------------------------


def test_msetnx(old):
    assert old.msetnx({"foo": 1, "bar": 2}) is True
    assert old.msetnx({"foo": 3, "other": 4}) is False
    assert old.mget("foo", "bar", "other") == [b"1", b"2", None]


def test_sets(old):
    old.sadd("foo", "a", "b")
    assert old.sunion("none", "foo") == {b"a", b"b"}
    assert old.sinter("foo", "none") == set()
    old.sadd("bar", "old")
    assert old.sunionstore("bar", "foo", "none") == 2 and old.smembers("bar") == {b"a", b"b"}
    assert old.sinterstore("bar", "foo", "none") == 0 and not old.exists("bar")


@pytest.mark.parametrize("source", ["foo", "bar"])
def test_rename_keeps_every_type_and_the_time_to_live(old, source):
    fill = {
        "string": lambda key: old.set(key, "x"),
        "list": lambda key: old.rpush(key, "a", "b"),
        "set": lambda key: old.sadd(key, "k"),
        "zset": lambda key: old.zadd(key, {"a": 1.5}),
        "hash": lambda key: old.hset(key, "f", "v"),
        "stream": lambda key: old.xadd(key, {"f": "v"}),
    }
    for kind, write in fill.items():
        old.delete(source, "target")
        write(source)
        old.pexpire(source, 100_500)
        value = old.dump(source)
        assert old.rename(source, "target") is True
        assert old.type("target") == kind.encode() and old.dump("target") == value and not old.exists(source)
        assert 90_000 < old.pttl("target") <= 100_500
    with pytest.raises(rediscluster.ResponseError, match="no such key"):
        old.rename("none", "target")


def test_smove(old):
    old.sadd("foo", "a", "b")
    assert old.smove("foo", "bar", "a") in (1, True)  # the destination did not exist
    old.sadd("bar", "b")
    assert old.smove("foo", "bar", "b") in (1, True)
    assert old.smembers("bar") == {b"a", b"b"} and not old.exists("foo")


def test_rpoplpush(old):
    old.rpush("foo", "", "0")
    assert old.rpoplpush("foo", "bar") == b"0" and old.brpoplpush("foo", "bar", 1) == b""
    assert old.lrange("bar", 0, -1) == [b"", b"0"] and old.rpoplpush("foo", "bar") is None


def test_publish_and_subscribe(old):
    pubsub = old.pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe("foo", "bar")
    pubsub.psubscribe("*o")
    wait_until(lambda: pubsub.get_message() is None)
    old.publish("foo", "1")
    old.publish("bar", "2")
    messages = []
    wait_until(lambda: messages.append(pubsub.get_message(timeout=1)) or len([m for m in messages if m]) == 3)
    got = sorted((m["type"], m["channel"], m["data"]) for m in messages if m)
    assert got == [("message", b"bar", b"2"), ("message", b"foo", b"1"), ("pmessage", b"foo", b"1")]
    pubsub.close()


def test_pickle(old):
    old.set("bar{foo}", 1)
    with pickle.loads(pickle.dumps(old)) as copy:
        assert type(copy) is StrictRedisCluster and copy.get("bar{foo}") == b"1"
        assert list(copy.ping()) == list(old.ping())


def test_the_new_class_asks_for_a_rule(servers):
    with RedisCluster(configuration(servers)) as r:
        assert r.ping() is True
        with pytest.raises(rediscluster.RequestError, match="hash_tag"):
            r.get("bar{foo}")
