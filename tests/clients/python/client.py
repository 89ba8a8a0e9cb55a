"""Runs commands with redis-py and prints every result. Arguments: a port, the file of commands."""

import sys
import threading
import time

import redis


def canonical(value, unordered=False):
    if isinstance(value, dict):
        return "{%s}" % ", ".join(sorted("%s: %s" % (canonical(key), canonical(item)) for key, item in value.items()))
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [canonical(item) for item in value]
        return "[%s]" % ", ".join(sorted(items) if unordered or isinstance(value, (set, frozenset)) else items)
    return repr(value)


def show(title, call, unordered=False):
    try:
        print(title, "->", canonical(call(), unordered))
    except Exception as error:
        print(title, "->", type(error).__name__, error)


def run_commands(client, path):
    for line in open(path):
        line = line.strip()
        if line and not line.startswith("#"):
            words = line.lstrip("~").split(" ")
            show(line, lambda: client.execute_command(*words), line.startswith("~"))


def pipelines(client):
    client.flushall()
    plain = client.pipeline(transaction=False)
    for number in range(200):
        plain.set("p%d" % number, number).get("p%d" % number).incr("p%d" % number)
    plain.lpush("p1", "x").dbsize().mget(["p%d" % number for number in range(50)])
    show("pipeline", lambda: plain.execute(raise_on_error=False))
    multi = client.pipeline()
    multi.set("{t}a", 1).incr("{t}a").hset("{t}h", mapping={"f": "v"}).hgetall("{t}h").lpush("{t}a", "x")
    show("MULTI", lambda: multi.execute(raise_on_error=False))
    for change in (False, True):
        with client.pipeline() as watching:
            watching.watch("{t}a")
            value = int(watching.get("{t}a"))
            if change:
                client.set("{t}a", 100)
            watching.multi()
            watching.set("{t}a", value + 1)
            show("WATCH", watching.execute)
    show("transaction", lambda: client.transaction(lambda pipe: pipe.multi() or pipe.incr("{t}a"), "{t}a"))
    script = client.register_script("return {KEYS[1], redis.call('INCRBY', KEYS[1], ARGV[1])}")
    show("script", lambda: [script(keys=["{t}a"], args=[number]) for number in range(3)])
    with client.lock("lock", timeout=10) as lock:
        show("lock", lambda: [lock.owned(), lock.extend(10), client.lock("lock", blocking=False).acquire()])


def iterators(client):
    client.flushall()
    client.mset({"key%d" % number: number for number in range(500)})
    client.hset("hash", mapping={"f%d" % number: number for number in range(300)})
    client.sadd("set", *range(300))
    client.zadd("zset", {"m%d" % number: number for number in range(300)})
    show("SCAN", lambda: list(client.scan_iter(count=17)), True)
    show("SCAN MATCH", lambda: list(client.scan_iter(match="key1*")), True)
    show("SCAN TYPE", lambda: list(client.scan_iter(_type="hash")), True)
    show("HSCAN", lambda: dict(client.hscan_iter("hash")))
    show("SSCAN", lambda: list(client.sscan_iter("set")), True)
    show("ZSCAN", lambda: list(client.zscan_iter("zset")), True)


def blocking(client):
    client.flushall()
    popped = []
    waiting = threading.Thread(target=lambda: popped.append(client.blpop(["b1", "b2", "b3"], 20)))
    waiting.start()
    time.sleep(0.1)  # it waits by now; the result is the same if it does not
    client.rpush("b3", "late")
    waiting.join()
    show("BLPOP", lambda: popped)


def messages(client):
    subscriber = client.pubsub()
    subscriber.subscribe("c1", "c2", "c3")
    subscriber.psubscribe("d*")
    show("SUBSCRIBE", lambda: [subscriber.get_message(timeout=20) for _ in range(4)])
    show("PUBLISH", lambda: [client.publish(channel, "hello " + channel) for channel in ("c3", "c1", "d9", "none")])
    show("messages", lambda: [subscriber.get_message(timeout=20) for _ in range(3)], True)
    show("NUMSUB", lambda: client.pubsub_numsub("c1", "c2", "x"))
    show("CHANNELS", lambda: client.pubsub_channels("c*"), True)
    subscriber.unsubscribe("c1", "c2", "c3")
    subscriber.punsubscribe()
    show("UNSUBSCRIBE", lambda: [subscriber.get_message(timeout=20) for _ in range(4)], True)
    subscriber.close()


def typed(client):
    """Methods that convert a reply, the ones whose form depends on the protocol."""
    client.flushall()
    client.zadd("z", {"a": 1, "b": 2.5})
    client.geoadd("g", [13.361389, 38.115556, "Palermo"])
    client.xadd("x", {"f": "v"}, id="1-1")
    client.xgroup_create("x", "group", "0")
    show("ZRANGE", lambda: client.zrange("z", 0, -1, withscores=True))
    show("ZMPOP", lambda: client.zmpop(2, ["none", "z"], min=True))
    show("GEOPOS", lambda: client.geopos("g", "Palermo"))
    show("XREADGROUP", lambda: client.xreadgroup("group", "me", {"x": ">"}))
    show("XINFO GROUPS", lambda: client.xinfo_groups("x"))
    show("XPENDING", lambda: client.xpending("x", "group"))
    show("CONFIG GET", lambda: client.config_get("maxmemory*"))
    show("INFO", lambda: sorted(client.info("server"))[:5])
    show("CLIENT LIST", lambda: [sorted(set(entry) - {"node"}) for entry in client.client_list()][:1])
    show("MEMORY USAGE", lambda: client.memory_usage("z") > 0)
    show("SLOWLOG", lambda: [client.slowlog_reset(), client.slowlog_len(), type(client.slowlog_get(2))])
    show("TIME", lambda: len(client.time()))
    show("ROLE", lambda: client.role()[0])
    show("COMMAND", lambda: client.command()["get"] if hasattr(client, "command") else None)
    show("ACL WHOAMI", lambda: client.acl_whoami())


def until(call, expected):
    """Repeats a call until it returns what is expected, because invalidations arrive a little later."""
    for _ in range(20000):
        value = call()
        if value == expected:
            return value
        time.sleep(0.001)
    return "still %r" % (value,)


def caching(port):
    """The client's own cache, which CLIENT TRACKING keeps up to date."""
    from redis.cache import CacheConfig
    from redis.connection import CacheProxyConnection

    # It refuses servers before 7.4, although tracking is older.
    CacheProxyConnection.MIN_ALLOWED_VERSION = "7.0.0"

    other = redis.Redis(port=port, socket_timeout=60)
    client = redis.Redis(port=port, socket_timeout=60, protocol=3, cache_config=CacheConfig())
    client.flushall()
    keys = ["cached%d" % number for number in range(20)]
    show("fill", lambda: [client.set(key, 1) for key in keys])
    show("read", lambda: [[client.get(key) for key in keys], client.mget(keys[:3]), client.hgetall("none")])
    show("cached", lambda: client.get_cache().size)
    for key in keys:
        client.set(key, 2)
        show("after its own write", lambda: client.get(key))
    other.mset({key: 3 for key in keys})
    show("after another's write", lambda: until(lambda: [client.get(key) for key in keys], [b"3"] * 20))
    other.delete(*keys[:5])
    show("after DEL", lambda: until(lambda: client.mget(keys[:7]), [None] * 5 + [b"3"] * 2))
    other.rename(keys[7], keys[8])
    show("after RENAME", lambda: until(lambda: [client.get(key) for key in keys[6:9]], [b"3", None, b"3"]))
    other.flushall()
    show("after FLUSHALL", lambda: until(lambda: [client.get(key) for key in keys], [None] * 20))
    client.close()


def main():
    port, path = int(sys.argv[1]), sys.argv[2]
    for options in ({}, {"protocol": 2, "decode_responses": True}, {"protocol": 3}):
        client = redis.Redis(port=port, socket_timeout=60, **options)
        client.flushall()
        client.script_flush()
        print("====", options)
        connection = redis.Redis(port=port, socket_timeout=60, single_connection_client=True, **options)
        run_commands(connection, path)
        for part in (pipelines, iterators, blocking, messages, typed):
            part(client)
    caching(port)


main()
