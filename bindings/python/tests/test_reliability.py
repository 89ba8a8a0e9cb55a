"""The rows of docs/reliability.md from Python: what the caller sees when a server fails, with the client for threads and with that for asyncio."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from servers import Server, configuration, wait_until

import rediscluster
import rediscluster.asyncio


class Client:
    """Runs commands with a client of either kind."""

    def __init__(self, kind: str, config: Any, **options: Any) -> None:
        self.loop = asyncio.new_event_loop() if kind == "asyncio" else None
        package = rediscluster.asyncio if self.loop else rediscluster
        self.client = package.RedisCluster(config, **{"socket_timeout": 5, **options})

    def __call__(self, method: str, *args: Any, **options: Any) -> Any:
        return self.run(getattr(self.client, method)(*args, **options))

    def run(self, result: Any) -> Any:
        return self.loop.run_until_complete(self.awaited(result)) if self.loop else result

    async def awaited(self, result: Any) -> Any:
        return await result

    def pipeline(self, transaction: bool, *commands: tuple) -> Any:
        pipeline = self.client.pipeline(transaction=transaction)
        for name, *args in commands:
            getattr(pipeline, name)(*args)
        return self.run(pipeline.execute(raise_on_error=False))

    def close(self) -> None:
        if self.loop is None:
            return self.client.close()
        self.run(self.client.aclose())
        self.loop.close()


@pytest.fixture(params=["threads", "asyncio"])
def open_client(request: pytest.FixtureRequest) -> Iterator[Callable[..., Client]]:
    clients = []

    def opened(servers: Any, **options: Any) -> Client:
        config = servers if isinstance(servers, dict) else configuration(servers, hash_tag="keep")
        clients.append(Client(request.param, config, **options))
        return clients[-1]

    yield opened
    for client in clients:
        client.close()


@contextmanager
def paused(server: Server) -> Iterator[None]:
    server.pause()
    try:
        yield
    finally:
        server.resume()


@contextmanager
def server(*options: str, **arguments: Any) -> Iterator[Server]:
    started = Server(*options, **arguments)
    try:
        yield started
    finally:
        started.stop()


def keys_of(call: Client, servers: list[Server]) -> list[str]:
    """A key on each server."""
    port = {key: call.client.node_for(key)["port"] for key in map(str, range(100))}
    return [next(key for key in port if port[key] == server.port) for server in servers]


def test_a_server_that_refuses_connections_is_unavailable_at_once(open_client):
    with server() as stopped:
        call = open_client([stopped])
    for _ in range(2):
        with pytest.raises(redis.ConnectionError, match="cannot connect: Connection refused") as failed:
            call("get", "a")
        assert not failed.value.maybe_executed and failed.value.node == "node_1"
    with pytest.raises(redis.ConnectionError, match="unavailable for"):
        call("get", "a")


def test_calls_to_a_server_that_hangs_fail_at_once_after_the_first_ones_and_others_are_not_affected(open_client, servers):
    call = open_client(servers, socket_timeout=0.5)
    hanging, healthy, _ = keys_of(call, servers)
    call("mset", {hanging: 1, healthy: 1})
    with paused(servers[0]):
        with pytest.raises(redis.TimeoutError, match="no reply in time") as failed:
            call("set", hanging, 2)
        assert failed.value.maybe_executed
        wait_until(lambda: "unavailable for" in failure(lambda: call("set", hanging, 2)))
        assert call("get", healthy) == b"1"
        with pytest.raises(redis.ConnectionError, match="node_1"):
            call("mget", hanging, healthy)
    wait_until(lambda: succeeds(lambda: call("get", hanging)))


def failure(work: Callable[[], Any]) -> str:
    with pytest.raises(redis.RedisError) as failed:
        work()
    return str(failed.value)


def succeeds(work: Callable[[], Any]) -> bool:
    try:
        work()
        return True
    except redis.RedisError:
        return False


def test_a_lost_idle_connection_is_not_noticed(open_client):
    with server() as restarted:
        call = open_client([restarted], empty_master="accept")
        assert call("set", "a", 1)
        port = restarted.port
    with server(port=port):
        assert call("get", "a") is None


@contextmanager
def fake_server(reply: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A server that replies to each command by a function of its bytes; None closes the connection. It is a master."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            while requests := connection.recv(65536):
                # The commands of the tests are short, so each arrives as a whole.
                for request in re.findall(rb"\*\d+\r\n[^*]*", requests):
                    text = b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n" if b"ROLE" in request else reply(request)
                    if text is None:
                        return
                    connection.sendall(text)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def fake_config(port: int, **options: Any) -> dict:
    return {"nodes": {"node_1": {"host": "127.0.0.1", "port": port}}, "hash_tag": "keep", **options}


def test_a_connection_that_is_lost_before_the_reply(open_client):
    """A read is sent once more, a write is not."""
    seen = []

    def reply(request: bytes) -> bytes | None:
        seen.append(b"GET" in request)
        return b"$1\r\n1\r\n" if len(seen) == 2 else None

    with fake_server(reply) as port:
        call = open_client(fake_config(port))
        assert call("get", "a") == b"1" and seen == [True, True]
        with pytest.raises(redis.ConnectionError, match="connection lost") as failed:
            call("set", "a", 1)
        assert failed.value.maybe_executed and seen == [True, True, False]


def test_bytes_that_are_no_reply_close_the_connection(open_client):
    replies = [b"nonsense\r\n", b"$1\r\n1\r\n"]
    with fake_server(lambda request: replies.pop(0)) as port:
        call = open_client(fake_config(port))
        with pytest.raises(rediscluster.InvalidResponse) as failed:
            call("incr", "a")
        assert failed.value.maybe_executed
        assert call("get", "a") == b"1"


def test_too_many_clients(open_client):
    with server("--maxclients", "1") as full, full.client() as other:
        other.ping()
        # An event loop may notice only that the server has closed the connection.
        with pytest.raises(redis.ConnectionError, match="max number of clients reached|connection lost") as failed:
            open_client([full])("set", "a", 1)
        assert not failed.value.maybe_executed


def test_a_reply_that_is_too_large(open_client, servers):
    call = open_client(servers[:1], max_reply_size=100_000)
    call("set", "a", "x" * 200_000)
    if call.loop is None:
        with pytest.raises(redis.RedisError, match="max_reply_size"):
            call("get", "a")
        assert call("get", "b") is None


def test_a_blocking_command_notices_that_its_server_hangs(open_client, servers):
    call = open_client(servers[:1], socket_timeout=0.3, health_check_interval=1)
    call("set", "a", 1)
    with paused(servers[0]), pytest.raises(redis.RedisError):
        call("blpop", "list", 0)


def test_reads_go_on_while_the_master_is_down_and_writes_after_the_promotion(open_client):
    with server() as master, server("--replicaof", f"127.0.0.1 {master.port}", "--repl-diskless-sync-delay", "0") as replica:
        nodes = {"node_1": master.node, "replica": replica.node}
        call = open_client({"nodes": nodes, "master_of": {"node_1": "replica"}, "hash_tag": "keep"})
        assert call("set", "a", 1)
        with replica.client() as direct:
            wait_until(lambda: direct.get("a") == b"1")
            master.stop()
            wait_until(lambda: succeeds(lambda: call("get", "a")))
            assert call("get", "a") == b"1"
            with pytest.raises(redis.RedisError):
                call("set", "a", 2)
            direct.replicaof("NO", "ONE")
            wait_until(lambda: succeeds(lambda: call("set", "a", 2)))
            assert direct.get("a") == b"2"


def test_what_a_demoted_master_rejects_runs_at_the_new_one(open_client):
    with server() as old, server("--replicaof", f"127.0.0.1 {old.port}", "--repl-diskless-sync-delay", "0") as new:
        call = open_client([old], refresh_interval=1000)
        with new.client() as direct, old.client() as demoted:
            wait_until(lambda: demoted.info("replication").get("slave0", {}).get("state") == "online")
            assert call("set", "a", 1)
            wait_until(lambda: direct.get("a") == b"1")
            direct.replicaof("NO", "ONE")
            demoted.replicaof("127.0.0.1", new.port)
            assert call.pipeline(False, ("incr", "a"), ("get", "a")) == [2, b"2"]
            wait_until(lambda: demoted.get("a") == b"2")
            assert call.pipeline(True, ("incr", "a"), ("get", "a")) == [3, b"3"]
            assert direct.get("a") == b"3"


def test_a_full_server_a_busy_server_and_a_user_without_the_right_reply_with_their_errors(open_client):
    with server() as own, own.client() as direct:
        call = open_client([own])
        direct.config_set("maxmemory", 1)
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            call("set", "a", 1)
        direct.config_set("maxmemory", 0)
        direct.acl_setuser("reader", enabled=True, passwords=["+secret"], commands=["+get", "+role", "+auth", "+hello", "+info"], keys=["*"])
        reader = open_client([own], username="reader", password="secret")
        assert reader("get", "a") is None
        with pytest.raises(redis.exceptions.NoPermissionError):
            reader("set", "a", 1)
        with pytest.raises(redis.AuthenticationError):
            open_client([own], username="reader", password="wrong")("get", "a")
        direct.config_set("busy-reply-threshold", 1)
        script = threading.Thread(target=run_until_killed, args=(own,))
        script.start()
        try:
            wait_until(lambda: is_busy(direct))
            with pytest.raises(redis.ResponseError, match="BUSY"):
                call("set", "a", 1)
        finally:
            direct.script_kill()
            script.join()
        assert call("set", "a", 1)


def run_until_killed(own: Server) -> None:
    with own.client() as client, pytest.raises(redis.ResponseError):
        client.eval("while true do end", 0)


def is_busy(direct: redis.Redis) -> bool:
    try:
        direct.get("a")
    except redis.ResponseError:
        return True
    time.sleep(0)
    return False


def test_a_subscription_notices_that_its_server_hangs_and_comes_back_with_it(open_client, servers):
    call = open_client(servers[:1], socket_timeout=0.3, health_check_interval=1)
    pubsub = call.client.pubsub()
    call.run(pubsub.subscribe("c"))
    assert call.run(pubsub.get_message(timeout=20))["type"] == "subscribe"
    with paused(servers[0]), pytest.raises(redis.RedisError):
        for _ in range(100):
            call.run(pubsub.get_message(timeout=1))

    def receives() -> bool:
        try:
            message = call.run(pubsub.get_message(timeout=0.1))
        except redis.RedisError:
            return False
        with servers[0].client() as direct:
            direct.publish("c", "x")
        return message is not None and message["data"] == b"x"

    wait_until(receives)
    call.run(pubsub.aclose() if call.loop else pubsub.close())
