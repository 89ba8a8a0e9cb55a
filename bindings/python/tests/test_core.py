"""The extension module, without redis-py's interface."""

import json
import subprocess
import sys
import threading

import pytest
from servers import Server, configuration

import rediscluster
from rediscluster import Cluster, ClusterConfigError, CrossNodeError, DataError, RequestError, ResponseError, SessionRequiredError


def test_opens_dict_and_json(config):
    for form in (config, json.dumps(config), json.dumps(config).encode()):
        with Cluster(form) as cluster:
            assert cluster.execute("PING") == b"PONG"


def test_errors_of_the_configuration_give_the_path():
    with pytest.raises(ClusterConfigError, match="nodes.node_1.port: 70000 is not a port"):
        Cluster({"nodes": {"node_1": {"host": "x", "port": 70000}}})
    with pytest.raises(ValueError):
        Cluster({})


@pytest.mark.parametrize(
    ("argument", "stored"),
    [
        (b"\x00\xff", b"\x00\xff"),
        ("ü€", "ü€".encode()),
        (17, b"17"),
        (-(2**63), b"-9223372036854775808"),
        (2**80, b"1208925819614629174706176"),
        (0.1, b"0.1"),
        (float("inf"), b"inf"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"abcd")[::2], b"ac"),
        ("", b""),
    ],
)
def test_arguments(core, argument, stored):
    assert core.execute("SET", "k", argument) == b"OK"
    assert core.execute("GET", "k") == stored


@pytest.mark.parametrize("argument", [None, True, False, [], {}, object(), (1,)])
def test_arguments_that_redis_py_refuses(core, argument):
    name = type(argument).__name__
    with pytest.raises(DataError) as error:
        core.execute("SET", "k", argument)
    assert str(error.value) == f"Invalid input of type: '{name}'. Convert to a bytes, string, int or float first."


def test_a_lone_surrogate_is_refused(core):
    with pytest.raises(UnicodeEncodeError):
        core.execute("SET", "k", "\ud800")


def test_names_of_two_words(core):
    assert core.execute("CONFIG GET", "maxmemory") == core.execute("CONFIG", "GET", "maxmemory")


def test_replies(core):
    script = "return {1, 'a', {}, {2, {false}}, redis.status_reply('S'), redis.error_reply('MY error')}"
    reply = core.execute("EVAL", script, 1, "k")
    assert reply[:5] == [1, b"a", [], [2, [None]], b"S"]
    assert isinstance(reply[5], ResponseError)


def test_deep_replies_need_no_recursion(core):
    # Lua itself nests 100 levels at most.
    script = "local t = {1} for i = 1, 90 do t = {t} end return t"
    reply = core.execute("EVAL", script, 1, "k")
    depth = 0
    while isinstance(reply, list):
        reply, depth = reply[0], depth + 1
    assert (reply, depth) == (1, 91)


def test_replies_of_resp3(config):
    with Cluster({**config, "protocol": 3}, decode_responses=True) as cluster:
        assert cluster.execute("HSET", "h", "a", 1) == 1
        assert cluster.execute("HGETALL", "h") == {"a": "1"}
        assert cluster.execute("ZADD", "z", 1.5, "a") == 1
        assert cluster.execute("ZSCORE", "z", "a") == 1.5
        assert cluster.execute("SADD", "s", 1, 2) == 2
        assert sorted(cluster.execute("SMEMBERS", "s")) == ["1", "2"]
        assert cluster.execute("GET", "none") is None
        assert cluster.execute("EVAL", "redis.setresp(3) return {true, false}", 1, "k") == [True, False]
        assert "redis_version" in cluster.execute("INFO", "server")


def test_encodings(config):
    with Cluster(config, decode_responses=True, encoding="latin-1") as cluster:
        cluster.execute("SET", "k", "ü")
        assert cluster.execute("GET", "k") == "ü"
        assert cluster.call(("GET", "k"), False) == b"\xfc"
    with Cluster(config, decode_responses=True) as cluster:
        with pytest.raises(UnicodeDecodeError):
            cluster.execute("GET", "k")
    with Cluster(config, decode_responses=True, encoding_errors="replace") as cluster:
        assert cluster.execute("GET", "k") == "\ufffd"


def test_errors(core):
    core.execute("SET", "k", "v")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        core.execute("LPUSH", "k", 1)
    with pytest.raises(ResponseError, match="wrong number of arguments"):
        core.execute("GET")
    with pytest.raises(SessionRequiredError):
        core.execute("MULTI")
    with pytest.raises(CrossNodeError, match="^CROSSNODE EVAL.*node_"):
        core.execute("EVAL", "return 1", 3, "a", "b", "c")
    with pytest.raises(RequestError):
        core.execute()


def test_errors_of_connections_name_the_node(config):
    config["nodes"]["node_1"] = {"host": "127.0.0.1", "port": 1}
    with Cluster(config) as cluster:
        key = next(key for key in "abcdefghijk" if cluster.node_for(key)["alias"] == "node_1")
        with pytest.raises(rediscluster.ConnectionError, match=r"node_1 \(127.0.0.1:1\): GET: cannot connect") as error:
            cluster.execute("GET", key)
        assert (error.value.node, error.value.maybe_executed) == ("node_1", False)


def test_a_wrong_password_is_an_authentication_error():
    server = Server("--requirepass", "secret")
    for password in (None, "wrong"):
        with Cluster(configuration([server], **({"password": password} if password else {}))) as cluster:
            with pytest.raises(rediscluster.AuthenticationError):
                cluster.execute("GET", "k")
    with Cluster(configuration([server], password="secret")) as cluster:
        assert cluster.execute("GET", "k") is None
    server.stop()


def test_pipelines(core):
    pipeline = core.pipeline()
    for number in range(1000):
        pipeline.add("SET", f"k{number}", number)
    assert len(pipeline) == 1000
    assert pipeline.execute() == [b"OK"] * 1000
    assert len(pipeline) == 0 and pipeline.execute() == []
    results = pipeline.add("LPUSH", "k1", 1).add("GET", "k2").add("MULTI").add("MGET", "k3", "k4").execute()
    assert isinstance(results[0], ResponseError) and isinstance(results[2], SessionRequiredError)
    assert results[1] == b"2" and results[3] == [b"3", b"4"]
    pipeline.add("GET", "k1").clear()
    assert len(pipeline) == 0


def test_the_cluster(core, servers):
    node = core.node_for("foo")
    assert (node["alias"], node["key"]) == ("node_3", "foo")
    assert core.node_for(b"\xff{a}")["key"] == b"\xff{a}"
    assert core.each("PING") == {"node_1": b"PONG", "node_2": b"PONG", "node_3": b"PONG"}
    assert list(core.node_list(True)) == ["node_1", "node_2", "node_3"]
    plan = core.explain("MGET", "a", "b", "c")
    assert plan["strategy"] == "split" and plan["reason"] is None
    assert core.recover(0) == []
    assert core.with_read("master").execute("PING") == b"PONG"
    with pytest.raises(ValueError):
        core.with_read("nobody")
    with pytest.raises(ValueError):
        core.each("PING", nodes="some")


def test_partition():
    assert rediscluster.partition("foo", 2) == 2
    assert rediscluster.partition(b"bar", 2) == 1
    with pytest.raises(ValueError):
        rediscluster.partition("foo", 0)


def test_closed_handles_refuse(config):
    cluster = Cluster(config)
    session = cluster.session()
    cluster.close()
    cluster.close()
    with pytest.raises(RequestError, match="closed"):
        cluster.execute("PING")
    assert session.execute("PING") == b"PONG"
    session.close()
    with pytest.raises(RequestError, match="closed"):
        session.execute("PING")


def test_sessions(core):
    with core.session() as session:
        assert session.execute("MULTI") == b"OK"
        assert session.execute("SET", "k", 1) == b"QUEUED"
        assert session.execute("EXEC") == [b"OK"]
        session.write(b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n")
        assert session.read(100) == b"$1\r\n1\r\n"
        assert session.read(100, 0) == b""
        with pytest.raises(ResponseError):
            session.execute("LPUSH", "k", 1)
        assert session.execute("SUBSCRIBE", "c") == [b"subscribe", b"c", 1]
        assert session.receive(0.01) is None
        core.execute("PUBLISH", "c", "text")
        assert session.receive(5) == [b"message", b"c", b"text"]
        thread = threading.Timer(0.05, session.interrupt)
        thread.start()
        assert session.receive() is None


SUBINTERPRETER = """
import rediscluster
try:
    import _interpreters
except ImportError:
    import _xxsubinterpreters as _interpreters
failure = _interpreters.run_string(_interpreters.create(), "import rediscluster._core")
if failure is not None:
    raise ImportError(failure.formatted)
"""


@pytest.mark.parametrize("kind", ["", "'legacy'", "'isolated'"])
def test_a_subinterpreter_is_refused_clearly(kind):
    """Also one with the GIL of the main interpreter. Python 3.13 and newer let the caller choose."""
    if kind and sys.version_info < (3, 13):
        pytest.skip("this Python has one kind of subinterpreters")
    code = SUBINTERPRETER.replace("create()", f"create({kind})")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "ImportError" in done.stderr and "subinterpreter" in done.stderr, done
