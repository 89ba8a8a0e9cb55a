"""Runs jobs with arq and prints their results. Argument: a port."""

import asyncio
import logging
import sys
from datetime import timedelta

from arq import Retry, create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func

logging.disable(logging.CRITICAL)
settings = RedisSettings(port=int(sys.argv[1]))


async def add(context, a, b):
    return a + b


async def flaky(context):
    if context["job_try"] < 3:
        raise Retry(defer=0.01)
    return context["job_try"]


async def fail(context):
    raise ValueError("failed")


async def main():
    pool = await create_pool(settings)
    await pool.flushall()
    jobs = [await pool.enqueue_job("add", number, 1, _job_id=f"add{number}") for number in range(20)]
    jobs.append(await pool.enqueue_job("flaky", _job_id="flaky"))
    jobs.append(await pool.enqueue_job("fail", _job_id="fail"))
    jobs.append(await pool.enqueue_job("add", 5, 5, _job_id="late", _defer_by=timedelta(milliseconds=50)))
    print("twice", await pool.enqueue_job("add", 1, 1, _job_id="add1"))
    print("queued", len(await pool.queued_jobs()), await jobs[0].status())
    worker = Worker(
        functions=[add, flaky, func(fail, max_tries=1)], redis_settings=settings, burst=True, poll_delay=0.02, handle_signals=False
    )
    await worker.async_run()
    for job in jobs:
        print(job.job_id, await job.status(), await job.result(timeout=30, poll_delay=0.02) if job.job_id != "fail" else "")
    print("failed", repr((await jobs[-2].result_info()).result))
    print("left", len(await pool.queued_jobs()), len(await pool.all_job_results()))
    await worker.close()
    await pool.aclose()


asyncio.run(main())
