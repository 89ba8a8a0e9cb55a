"""Runs jobs with SAQ and prints their results. Argument: a port."""

import asyncio
import logging
import sys

from saq import Queue, Worker

logging.disable(logging.CRITICAL)


async def add(context, *, a, b):
    return a + b


async def flaky(context):
    if context["job"].attempts < 2:
        raise ValueError("again")
    return context["job"].attempts


async def fail(context):
    raise ValueError("failed")


async def main():
    queue = Queue.from_url(f"redis://127.0.0.1:{sys.argv[1]}")
    await queue.connect()
    await queue.redis.flushall()
    worker = Worker(queue, functions=[add, flaky, fail], concurrency=4, dequeue_timeout=1)
    running = asyncio.create_task(worker.start())
    print("apply", await queue.apply("add", a=1, b=2, timeout=60))
    print("map", await queue.map("add", [{"a": number, "b": 1} for number in range(20)], timeout=60))
    print("retry", await queue.apply("flaky", retries=3, retry_delay=0.01, timeout=60))
    job = await queue.enqueue("fail")
    await job.refresh(until_complete=60)
    print("fail", job.status.value, job.error.strip().splitlines()[-1])
    late = await queue.enqueue("add", a=5, b=5, key="late", scheduled=1)
    print("twice", await queue.enqueue("add", a=5, b=5, key="late"))
    await late.refresh(until_complete=60)
    print("late", late.result, await queue.count("queued"), await queue.count("active"))
    await worker.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await queue.disconnect()


asyncio.run(main())
