"""Runs jobs with RQ and prints their results. Argument: a port."""

import operator
import sys

import redis
from rq import Queue, Retry, SimpleWorker

connection = redis.Redis(port=int(sys.argv[1]))
connection.flushall()
queue = Queue(connection=connection)
first = queue.enqueue(operator.add, 1, 2, job_id="first")
after = queue.enqueue(operator.mul, 6, 7, job_id="after", depends_on=first)
failing = queue.enqueue(operator.truediv, 1, 0, job_id="failing", retry=Retry(max=1))
many = queue.enqueue_many([Queue.prepare_data(operator.neg, (number,), job_id="many%d" % number) for number in range(10)])
print("queued", sorted(queue.job_ids), len(queue.deferred_job_registry))
SimpleWorker([queue], connection=connection).work(burst=True, logging_level="CRITICAL")
for job in [first, after, failing, *many]:
    job.refresh()
    print(job.id, job.get_status(), job.return_value())
print("finished", sorted(queue.finished_job_registry.get_job_ids()), "failed", queue.failed_job_registry.get_job_ids())
print("keys", sorted(key.decode() for key in connection.scan_iter("rq:job:*")))
first.delete()
print("left", queue.fetch_job("first"), len(queue))
