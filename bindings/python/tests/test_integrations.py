"""Frameworks that use redis-py, on three servers. A test is skipped where its package is not installed."""

import subprocess
import sys
import uuid

import pytest

from rediscluster import RedisCluster, asyncio as rediscluster_asyncio

CONFTEST = "from rediscluster.testing import rediscluster_client, rediscluster_config, rediscluster_servers\n"
TEST = """
def test_keys(rediscluster_client, rediscluster_servers):
    assert rediscluster_client.dbsize() == 0
    assert rediscluster_client.mset({str(number): number for number in range(100)})
    assert all(server.client().dbsize() > 0 for server in rediscluster_servers)

def test_no_keys_are_left(rediscluster_client):
    assert rediscluster_client.dbsize() == 0
"""


def urls(config):
    return [f"redis://127.0.0.1:{node['port']}" for node in config["nodes"].values()]


def keys_by_server(servers):
    return [server.client().dbsize() for server in servers]


def test_the_fixtures_of_pytest(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TEST)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


# ---- Django --------------------------------------------------------------------------------------------------------


def use_caches(backend):
    django = pytest.importorskip("django")
    from django.conf import settings

    if not settings.configured:
        settings.configure(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}})
        django.setup()
    from django.core.cache import CacheHandler

    return CacheHandler({"default": backend})["default"]


def check_cache(cache, servers):
    cache.set("a", {"x": [1, 2]}, 100)
    assert cache.get("a") == {"x": [1, 2]} and cache.get("none", "default") == "default"
    assert cache.add("a", 1) is False and cache.add("{b}", 1) is True
    assert cache.incr("{b}", 4) == 5
    many = {f"k{number}": number for number in range(100)}
    assert not cache.set_many(many, timeout=100)
    assert min(keys_by_server(servers)) > 0
    assert cache.get_many([*many, "none"]) == many
    assert cache.touch("k1", 200) and cache.has_key("k1") and "none" not in cache
    assert cache.get_or_set("made", lambda: "value") == "value"
    cache.delete_many(["k1", "k2", "k3"])
    assert cache.get_many(["k1", "k2", "k4"]) == {"k4": 4}
    assert cache.delete("a") and not cache.delete("a")
    cache.set("short", 1, timeout=0)
    assert cache.get("short") is None
    cache.set("a", 1, version=2)
    assert cache.get("a") is None and cache.get("a", version=2) == 1


def test_django(config, servers):
    settings = {"BACKEND": "rediscluster.django.RedisClusterCache", "LOCATION": urls(config), "OPTIONS": {"socket_timeout": 10}}
    cache = use_caches(settings)
    check_cache(cache, servers)
    # As in another thread: another object, the same connections.
    again = use_caches(settings)
    assert again is not cache and again._cache.get_client().stats()["node_1"]["connections"]["opened"] > 0
    cache.clear()
    assert keys_by_server(servers) == [0, 0, 0]


def test_django_redis(config, servers):
    pytest.importorskip("django_redis")
    options = {"CLIENT_CLASS": "rediscluster.django_redis.RedisClusterClient", "CLUSTER": {"socket_timeout": 10}}
    cache = use_caches({"BACKEND": "django_redis.cache.RedisCache", "LOCATION": urls(config), "OPTIONS": options})
    check_cache(cache, servers)
    assert sorted(cache.keys("k1*")) == ["k10", *(f"k1{number}" for number in range(1, 10))]
    assert cache.delete_pattern("k*") == 97
    with cache.lock("lock", timeout=10):
        assert cache.ttl("lock") > 0
    cache.clear()
    assert keys_by_server(servers) == [0, 0, 0]


# ---- queues --------------------------------------------------------------------------------------------------------


def test_the_result_backend_of_celery(config, servers):
    celery = pytest.importorskip("celery")
    from celery.result import GroupResult

    app = celery.Celery("test", broker="memory://", backend="rediscluster.celery:RedisClusterBackend")
    app.conf.result_backend_transport_options = {"cluster": config}
    names = [str(uuid.uuid4()) for _ in range(30)]
    results = [app.AsyncResult(name) for name in names]
    # The consumer subscribes before the results are there.
    app.backend.result_consumer.start(names[0])
    [app.backend.result_consumer.consume_from(name) for name in names]
    for number, name in enumerate(names):
        app.backend.store_result(name, number, "SUCCESS")
    assert [result.get(timeout=60) for result in results] == list(range(30))
    assert min(keys_by_server(servers)) > 0
    assert GroupResult("group", [app.AsyncResult(name) for name in names]).get(timeout=60) == list(range(30))
    app.backend.store_result("failing", ValueError("no"), "FAILURE")
    with pytest.raises(ValueError):
        app.AsyncResult("failing").get(timeout=60)
    results[1].forget()
    assert app.AsyncResult(names[1]).state == "PENDING"


def test_tasks_and_chords_of_celery(config):
    celery = pytest.importorskip("celery")
    from celery.contrib.testing.worker import start_worker

    app = celery.Celery("test", broker="memory://", backend="rediscluster.celery:RedisClusterBackend")
    app.conf.result_backend_transport_options = {"cluster": config}

    @app.task
    def add(a, b):
        return a + b

    @app.task
    def total(numbers):
        return sum(numbers)

    with start_worker(app, perform_ping_check=False, pool="solo", loglevel="ERROR"):
        results = [add.delay(number, number) for number in range(20)]
        assert [result.get(timeout=60) for result in results] == [2 * number for number in range(20)]
        for size in (2, 10):
            header = [add.s(number, 1) for number in range(size)]
            assert celery.chord(header)(total.s()).get(timeout=60) == sum(range(1, size + 1))


def test_rq(config):
    rq = pytest.importorskip("rq")
    with RedisCluster(config, transactions="per_node") as r:
        queue = rq.Queue(connection=r)
        jobs = [queue.enqueue(divmod, 17, number) for number in range(1, 6)]
        failing = queue.enqueue(divmod, 1, 0)
        rq.SimpleWorker([queue], connection=r).work(burst=True)
        assert [job.return_value() for job in jobs] == [divmod(17, number) for number in range(1, 6)]
        assert failing.get_status() == "failed" and failing.id in queue.failed_job_registry.get_job_ids()


# ---- sessions, traces ----------------------------------------------------------------------------------------------


def test_cachelib(r, servers):
    cachelib = pytest.importorskip("cachelib")
    cache = cachelib.RedisCache(host=r, key_prefix="prefix:")
    assert cache.set("a", {"x": 1}, timeout=100) and cache.get("a") == {"x": 1}
    assert cache.set_many({f"k{number}": number for number in range(50)})
    assert min(keys_by_server(servers)) > 0
    assert cache.get_many("k1", "none", "k2") == [1, None, 2]
    assert cache.inc("n") == 1 and cache.has("n") and cache.delete("n") and not cache.add("a", 1)
    assert cache.delete_many("k1", "k2") == ["k1", "k2"]
    assert cache.clear() and keys_by_server(servers) == [0, 0, 0]


def test_flask_session(r):
    flask = pytest.importorskip("flask")
    flask_session = pytest.importorskip("flask_session")
    app = flask.Flask("test")
    app.config.update(SESSION_TYPE="redis", SESSION_REDIS=r)
    flask_session.Session(app)

    @app.route("/")
    def count():
        flask.session["count"] = flask.session.get("count", 0) + 1
        return str(flask.session["count"])

    clients = [app.test_client() for _ in range(5)]
    for number in (b"1", b"2", b"3"):
        assert [client.get("/").data for client in clients] == [number] * 5
    assert r.dbsize() == 5


def test_opentelemetry(r, config):
    pytest.importorskip("opentelemetry.instrumentation.redis")
    from opentelemetry.instrumentation.redis import RedisInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    RedisInstrumentor.instrument_client(r, tracer_provider=provider)
    r.mset({"a": 1, "b": 2})
    r.pipeline(transaction=False).get("a").get("b").execute()
    RedisInstrumentor.uninstrument_client(r)
    r.get("a")
    assert [span.name for span in exporter.get_finished_spans()] == ["MSET", "GET GET"]

    async def trace():
        async with rediscluster_asyncio.RedisCluster(config) as client:
            RedisInstrumentor.instrument_client(client, tracer_provider=provider)
            await client.set("a", 1)
            await client.pipeline().get("a").execute()

    import asyncio

    exporter.clear()
    asyncio.run(trace())
    assert [span.name for span in exporter.get_finished_spans()] == ["SET", "GET"]
