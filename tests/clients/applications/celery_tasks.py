"""Runs tasks, groups, chains and chords with Celery and prints their results. Argument: a port."""

import sys

import redis
from celery import Celery, chain, chord, group
from celery.contrib.testing.worker import start_worker

url = "redis://127.0.0.1:%s/0" % sys.argv[1]
redis.Redis.from_url(url).flushall()
app = Celery("tasks", broker=url, backend=url)
app.conf.broker_connection_retry_on_startup = True


@app.task
def add(a, b):
    return a + b


@app.task
def total(numbers):
    return sum(numbers)


@app.task
def fail():
    raise ValueError("failed")


with start_worker(app, concurrency=2, pool="threads", perform_ping_check=False, shutdown_timeout=60):
    print("task", add.delay(1, 2).get(timeout=60))
    print("many", [result.get(timeout=60) for result in [add.delay(number, 1) for number in range(30)]])
    print("group", group(add.s(number, number) for number in range(10))().get(timeout=60))
    print("chain", chain(add.s(1, 2), add.s(3), add.s(4))().get(timeout=60))
    print("chord", chord((add.s(number, 1) for number in range(10)), total.s())().get(timeout=60))
    failed = fail.delay()
    print("error", repr(failed.get(timeout=60, propagate=False)), failed.state)
    forgotten = add.delay(5, 5)
    print("forget", forgotten.get(timeout=60), forgotten.forget())
