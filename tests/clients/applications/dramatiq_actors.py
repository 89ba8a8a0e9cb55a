"""Runs actors, groups and pipelines with dramatiq and prints their results. Argument: a port."""

import logging
import sys

import dramatiq
from dramatiq import group, pipeline
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import ResultFailure, Results
from dramatiq.results.backends import RedisBackend

logging.disable(logging.CRITICAL)
url = "redis://127.0.0.1:%s/0" % sys.argv[1]
broker = RedisBroker(url=url)
broker.client.flushall()
broker.add_middleware(Results(backend=RedisBackend(url=url)))
dramatiq.set_broker(broker)
attempts = []


@dramatiq.actor(store_results=True)
def add(a, b):
    return a + b


@dramatiq.actor(store_results=True, max_retries=3, min_backoff=10, max_backoff=20)
def flaky():
    attempts.append(1)
    if len(attempts) < 3:
        raise ValueError("again")
    return len(attempts)


@dramatiq.actor(store_results=True, max_retries=0)
def fail():
    raise ValueError("failed")


worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=2)
worker.start()
print("message", add.send(1, 2).get_result(block=True, timeout=60000))
print("many", [message.get_result(block=True, timeout=60000) for message in [add.send(number, 1) for number in range(20)]])
print("group", list(group([add.message(number, number) for number in range(10)]).run().get_results(block=True, timeout=60000)))
print("pipeline", pipeline([add.message(1, 2), add.message(3), add.message(4)]).run().get_result(block=True, timeout=60000))
print("delayed", add.send_with_options(args=(5, 5), delay=50).get_result(block=True, timeout=60000))
print("retried", flaky.send().get_result(block=True, timeout=60000))
try:
    fail.send().get_result(block=True, timeout=60000)
except ResultFailure as failure:
    print("failed", failure.orig_exc_type, failure.orig_exc_msg)
broker.join("default")
worker.stop()
