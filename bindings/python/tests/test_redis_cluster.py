"""RedisCluster: what redis-py's client does, on three servers."""

import pickle
import threading

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from servers import Server, configuration, wait_until

import rediscluster
from rediscluster import CrossNodeError, RedisCluster


def test_it_is_a_redis_client(r):
    assert isinstance(r, redis.Redis)
    assert r.set("k", "v", ex=100) is True and r.ttl("k") > 90
    assert r.hset("h", mapping={"a": 1, "b": 2}) == 2 and r.hgetall("h") == {b"a": b"1", b"b": b"2"}
    assert r.zadd("z", {"a": 1}) == 1 and r.zrange("z", 0, -1, withscores=True) == [(b"a", 1.0)]
    assert r.info("server")["redis_version"] and isinstance(r.time(), tuple)
    assert r.execute_command("GET", "k") == r.execute_command("get", "k") == b"v"
    assert r.memory_usage("k") > 0 and r.config_get("maxmemory") == {"maxmemory": "0"}
    assert repr(r) == "<rediscluster.client.RedisCluster(node_1, node_2, node_3)>"


def test_decoded(config):
    with RedisCluster(config, decode_responses=True) as r:
        r.mset({"a": "ü", "b": "2"})
        assert r.mget("a", "b") == ["ü", "2"]
        assert r.dump("a").__class__ is bytes  # never decoded
        pipeline = r.pipeline(transaction=False)
        value, dumped = pipeline.get("a").dump("a").execute()
        assert value == "ü" and isinstance(dumped, bytes)
        assert r.pipeline().get("a").execute() == ["ü"]
        assert set(r.each("DBSIZE").values()) <= {0, 1, 2}


def test_protocol_3(config):
    with RedisCluster(config, protocol=3, decode_responses=True) as r:
        r.hset("h", "a", 1)
        assert r.hgetall("h") == {"a": "1"} and r.pipeline().hgetall("h").execute() == [{"a": "1"}]
        r.zadd("z", {"a": 1.5})
        assert r.zrange("z", 0, -1, withscores=True) == [["a", 1.5]]
        pubsub = r.pubsub()
        pubsub.subscribe("c")
        assert pubsub.get_message(timeout=5)["type"] == "subscribe"
        r.publish("c", "x")
        assert pubsub.get_message(timeout=5)["data"] == "x"


def test_scans(r):
    r.mset({f"k{n}": n for n in range(300)})
    assert len(set(r.scan_iter(match="k*", count=20))) == 300
    r.sadd("s", *range(500))
    assert len(list(r.sscan_iter("s"))) == 500


def test_a_pipeline_without_transaction(r):
    pipeline = r.pipeline(transaction=False)
    pipeline.set("a", 1).incr("b").mget("a", "b", "c").hgetall("none").get("a")
    assert pipeline.execute() == [True, 1, [b"1", b"1", None], {}, b"1"]
    pipeline.get("a").lpush("a", 1).get("b")
    with pytest.raises(redis.ResponseError, match=r"Command # 2 \(LPUSH a 1\) of pipeline caused error: WRONGTYPE"):
        pipeline.execute()
    results = pipeline.get("a").lpush("a", 1).get("b").execute(raise_on_error=False)
    assert results[0] == b"1" and isinstance(results[1], redis.ResponseError) and results[2] == b"1"
    assert pipeline.execute() == []


def test_a_transaction(r):
    pipeline = r.pipeline()
    assert pipeline.set("t:{1}:a", 1).incr("t:{1}:a").execute() == [True, 2]
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        pipeline.get("t:{1}:a").lpush("t:{1}:a", 1).execute()


def test_a_transaction_over_several_nodes(r, config):
    pipeline = r.pipeline()
    with pytest.raises(redis.RedisError, match="CROSSNODE"):
        pipeline.set("a", 1).set("b", 1).set("c", 1).set("d", 1).execute()
    with RedisCluster(config, transactions="per_node") as per_node:
        assert per_node.pipeline().set("a", 1).set("b", 1).set("c", 1).get("b").execute() == [True, True, True, b"1"]


def test_watch(r):
    def add(pipeline):
        value = int(pipeline.get("n") or 0)
        calls.append(value)
        if len(calls) == 1:
            r.set("n", 10)
        pipeline.multi()
        pipeline.set("n", value + 1)

    calls = []
    assert r.transaction(add, "n") == [True]
    assert calls == [0, 10] and r.get("n") == b"11"
    with r.pipeline() as pipeline:
        pipeline.watch("n")
        r.set("n", 1)
        pipeline.multi()
        with pytest.raises(redis.WatchError):
            pipeline.incr("n").execute()


def test_locks(r):
    lock = r.lock("lock", timeout=20)
    assert lock.acquire() and lock.locked() and lock.owned()
    assert not r.lock("lock", timeout=20).acquire(blocking=False)
    assert lock.extend(10) and lock.reacquire()
    lock.release()
    assert not r.exists("lock")
    with pytest.raises(redis.exceptions.LockError):
        lock.release()


def test_scripts(r):
    double = r.register_script("return redis.call('GET', KEYS[1]) * ARGV[1]")
    for key in "abcdef":  # on all nodes
        r.set(key, 4)
        assert double(keys=[key], args=[2]) == 8
    r.script_flush()
    pipeline = r.pipeline(transaction=False)
    double(keys=["a"], args=[3], client=pipeline)
    double(keys=["b"], args=[3], client=pipeline)
    assert pipeline.execute() == [12, 12]
    with pytest.raises(CrossNodeError, match="^CROSSNODE"):
        r.eval("return 1", 3, "a", "b", "c")
    assert r.script_exists(double.sha) == [True]


def test_pubsub_in_a_thread(r):
    got, done = [], threading.Event()

    def handle(message):
        got.append((message["channel"], message["data"]))
        if len(got) == 6:
            done.set()

    pubsub = r.pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(**{channel: handle for channel in "abcdef"})
    thread = pubsub.run_in_thread(sleep_time=0.05)
    wait_until(lambda: sum(count for _, count in r.pubsub_numsub(*"abcdef")) == 6)
    for channel in "abcdef":
        assert r.publish(channel, channel) == 1
    assert done.wait(20)
    thread.stop()
    thread.join(20)
    assert sorted(got) == [(channel.encode(), channel.encode()) for channel in "abcdef"]


def test_monitor(r):
    with r.monitor() as monitor:
        r.set("k", "v")
        for line in monitor.listen():
            if line["command"].startswith("SET"):
                assert line["command"] == "SET k v"
                break


def test_commands_about_the_connection(r, config):
    assert r.client_setname("me") is True and r.client_getname() == "me"
    assert isinstance(r.client_id(), int)
    with RedisCluster(config, client_name="named") as named:
        assert named.client_getname() == "named"
    with r.client() as one:
        assert one.select(5) is True and one.set("k", 1) and one.get("k") == b"1"
    assert r.get("k") is None
    with RedisCluster(config, single_connection_client=True) as single:
        assert single.set("k", 1) and single.get("k") == b"1" and single.client_id() == single.client_id()


def test_options_of_connections(servers):
    server = Server("--requirepass", "secret", "--databases", "4")
    config = configuration([server])
    with RedisCluster(config, password="secret", db=3, socket_timeout=2.5, socket_connect_timeout=1, max_connections=2) as r:
        r.set("k", 1)
        assert server.client(password="secret", db=3).get("k") == b"1"
        assert r.pipeline().get("k").execute() == [b"1"]
    with RedisCluster(config, password="wrong") as r, pytest.raises(redis.AuthenticationError):
        r.get("k")
    with RedisCluster(config, password="secret", socket_timeout=0.2) as r:
        r.get("k")
        server.pause()
        with pytest.raises(redis.TimeoutError, match="node_1.*no reply in time"):
            r.get("k")
        server.resume()
    with RedisCluster.from_url(f"redis://:secret@127.0.0.1:{server.port}/3") as r:
        assert r.get("k") == b"1"
    with pytest.raises(rediscluster.ClusterConfigError, match="hashtag"):
        RedisCluster(config, hashtag="keep")
    server.stop()


def test_retries(servers):
    server = Server()
    config = configuration([server], breaker_failures=0)
    calls = []

    class Counting(NoBackoff):
        def compute(self, failures):
            calls.append(failures)
            return 0

    with RedisCluster(config, retry=Retry(Counting(), 3)) as r:
        server.stop()
        with pytest.raises(redis.ConnectionError):
            r.get("k")
        assert len(calls) == 3


def test_errors_have_redis_pys_classes(r):
    r.set("k", "v")
    for call, kind in [
        (lambda: r.lpush("k", 1), redis.ResponseError),
        (lambda: r.evalsha("0" * 40, 1, "k"), redis.exceptions.NoScriptError),
        (lambda: r.execute_command("NOSUCH", "k"), redis.ResponseError),
        (lambda: r.set("k", None), redis.DataError),
        (lambda: r.set(object(), 1), redis.DataError),
    ]:
        with pytest.raises(kind):
            call()


def test_callbacks(r):
    r.set_response_callback("GET", lambda reply: ("own", reply))
    r.set("k", 1)
    assert r.get("k") == ("own", b"1")


def test_pickle(config):
    with RedisCluster(config, decode_responses=True) as r:
        r.set("k", "v")
        with pickle.loads(pickle.dumps(r)) as copy:
            assert copy.get("k") == "v"


def test_a_server_that_comes_back(servers):
    server = Server()
    config = configuration([server], breaker_failures=0)
    with RedisCluster(config) as r:
        pubsub = r.pubsub()
        pubsub.subscribe("c")
        assert pubsub.get_message(timeout=5)
        r.set("k", 1)
        server.stop()
        with pytest.raises(redis.ConnectionError) as error:
            r.set("k", 1)
        assert error.value.node == "node_1"
        Server(port=server.port)
        wait_until(lambda: succeeds(lambda: r.set("k", 2)))
        wait_until(lambda: succeeds(lambda: r.pipeline().get("k").execute() == [b"2"]))


def succeeds(call):
    try:
        return call()
    except (redis.RedisError, rediscluster.RedisError):
        return False
