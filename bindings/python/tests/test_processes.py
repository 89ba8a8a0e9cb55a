"""Forks, signals, threads and memory."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from servers import wait_until

from rediscluster import RequestError

# 1,000 in `make python-soak`.
FORKS = int(os.environ.get("FORKS", 100))


def in_child(work):
    """Runs work() in a forked child; its exit status is 0 if that returns without an exception."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print("child:", repr(error), file=sys.stderr)
            os._exit(1)
    return child


def status(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_parent_and_children_use_one_client(r):
    def work():
        for number in range(50):
            key = f"{os.getpid()}:{number}"
            assert r.set(key, number) and r.get(key) == str(number).encode()
        pipeline = r.pipeline()
        pipeline.set("t{a}", 1).get("t{a}")
        assert pipeline.execute() == [True, b"1"]

    work()
    children = [in_child(work) for _ in range(8)]
    work()
    assert [status(child) for child in children] == [0] * 8
    assert r.dbsize() == 50 * 9 + 1


def test_fork_while_other_threads_call(r):
    done = threading.Event()
    failures = []

    def call():
        try:
            while not done.is_set():
                r.set("k", 1)
                r.mget(*"abcdef")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(4)]
    [thread.start() for thread in threads]
    for begun in range(0, FORKS, 50):
        children = [in_child(lambda: [r.incr("forked"), r.mget(*"abcdef")]) for _ in range(min(50, FORKS - begun))]
        assert {status(child) for child in children} == {0}
    done.set()
    [thread.join() for thread in threads]
    assert not failures and r.get("forked") == b"%d" % FORKS


def test_a_session_belongs_to_its_process(core):
    session = core.session()
    session.execute("MULTI")

    def work():
        with pytest.raises(RequestError, match="belongs to the process"):
            session.execute("PING")
        session.close()

    assert status(in_child(work)) == 0
    assert session.execute("EXEC") == []


def increment(client):
    return client.incr("counter")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_pickles_the_client(r, method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        assert sorted(pool.map(increment, [r] * 4)) == [1, 2, 3, 4]


INTERRUPTED = """
import json, sys
from rediscluster import RedisCluster
r = RedisCluster(json.loads(sys.argv[1]), socket_timeout=None)
r.mget(*"abcdefgh")
print("ready", flush=True)
sys.stdin.readline()
print("calls", flush=True)
try:
    CALL
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def is_waiting(process):
    """Whether the process sleeps, now and a moment later."""
    for _ in range(20):
        with open(f"/proc/{process.pid}/stat") as file:
            if file.read().rsplit(")", 1)[1].split()[0] != "S":
                return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize(
    "call",
    [
        "r.blpop('none')",
        "r.blpop(['none', 'b', 'c', 'd'])",
        "r.xread({'none': '$', 'b': '$', 'c': '$'}, block=0)",
        "[p.subscribe('c') or list(p.listen()) for p in [r.pubsub()]]",
        "r.core.session().execute('BLPOP', 'none', 0)",
        "r.get('hung')",
        "r.mget('hung', *'abcdefgh')",
        "[p.get('hung') and p.execute() for p in [r.pipeline()]]",
    ],
)
def test_ctrl_c_ends_a_wait(config, servers, call):
    program = [sys.executable, "-c", INTERRUPTED.replace("CALL", call), json.dumps(config)]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        if "hung" in call:
            [server.pause() for server in servers]
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "calls\n"
        wait_until(lambda: is_waiting(process))
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        assert process.wait(20) == 0
    finally:
        [server.resume() for server in servers]
        process.kill()


def test_other_signals_run_their_handlers_and_the_wait_goes_on(r):
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        began = time.monotonic()
        assert r.blpop("none", 0.5) is None
        assert time.monotonic() - began >= 0.5 and len(seen) >= 2
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_what_an_interrupted_pop_leaves_on_the_server(r, servers):
    """The server gives up the command of the client that was interrupted: a later element is not lost."""

    class Stop(Exception):
        pass

    def stop(*_):
        raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Stop):
            r.blpop("list")
    finally:
        signal.signal(signal.SIGALRM, before)
    wait_until(lambda: sum(server.client().info("clients")["blocked_clients"] for server in servers) == 0)
    r.rpush("list", "a")
    assert r.blpop("list", 1) == (b"list", b"a")


def test_threads_share_a_client(r):
    failures = []

    def work(number):
        try:
            for step in range(100):
                key = f"{number}:{step}"
                r.set(key, key)
                assert r.get(key) == key.encode()
                assert r.mget(key, "none") == [key.encode(), None]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failures and r.dbsize() == 1600


def test_a_thread_that_waits_lets_others_run(r):
    popped = []
    thread = threading.Thread(target=lambda: popped.append(r.blpop("list", 20)))
    thread.start()
    assert r.set("k", 1) and r.get("k") == b"1"
    r.rpush("list", "x")
    thread.join(20)
    assert popped == [(b"list", b"x")]


def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_large_value_is_not_copied_often(r):
    value = b"x" * (64 << 20)
    assert r.set("large", value)
    del value
    peak = "/proc/self/clear_refs"
    with open(peak, "w") as file:
        file.write("5")  # resets the peak
    before = rss()
    value = r.get("large")
    with open("/proc/self/status") as file:
        high = next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))
    assert len(value) == 64 << 20
    # The object itself, and 1.1 times its size beyond it.
    assert high - before < 2.15 * len(value)


def test_shutdown_with_open_handles(config):
    code = "import json, sys, threading, rediscluster as m; c = json.loads(sys.argv[1]); r = m.RedisCluster(c); r.set('a', 1); s = r.core.session();"
    code += "p = r.pubsub(); p.subscribe('c'); t = threading.Thread(target=lambda: r.blpop('none'), daemon=True); t.start()"
    done = subprocess.run([sys.executable, "-c", code, json.dumps(config)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
