// Runs jobs with BullMQ and prints their results. Arguments: a port, and optionally the prefix of the keys.
'use strict';
const { FlowProducer, Queue, QueueEvents, Worker } = require('bullmq');
const Redis = require('ioredis');

async function main() {
    const connection = { host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null };
    const options = process.argv[3] ? { connection, prefix: process.argv[3] } : { connection };
    await new Redis(connection).flushall();
    const queue = new Queue('sums', options);
    const events = new QueueEvents('sums', options);
    await events.waitUntilReady();
    const worker = new Worker('sums', async (job) => {
        if (job.name === 'fail') throw new Error('failed');
        const children = Object.values(await job.getChildrenValues());
        return job.data.a + job.data.b + children.reduce((sum, value) => sum + value, 0);
    }, options);
    const first = await queue.add('add', { a: 1, b: 2 });
    console.log('job', await first.waitUntilFinished(events, 60000));
    const many = await queue.addBulk([...Array(20).keys()].map((n) => ({ name: 'add', data: { a: n, b: 1 } })));
    console.log('bulk', (await Promise.all(many.map((job) => job.waitUntilFinished(events, 60000)))).join(' '));
    const late = await queue.add('add', { a: 5, b: 5 }, { delay: 50, priority: 2 });
    console.log('delayed', await late.waitUntilFinished(events, 60000));
    const failing = await queue.add('fail', {}, { attempts: 2, backoff: 10 });
    console.log('failing', await failing.waitUntilFinished(events, 60000).catch((error) => error.message));
    const flow = await new FlowProducer(options).add({
        name: 'add', queueName: 'sums', data: { a: 0, b: 0 },
        children: [1, 2, 3].map((n) => ({ name: 'add', queueName: 'sums', data: { a: n, b: n } })),
    });
    console.log('flow', await flow.job.waitUntilFinished(events, 60000));
    console.log('counts', JSON.stringify(await queue.getJobCounts('completed', 'failed', 'waiting', 'active', 'delayed')));
    await worker.close();
    process.exit(0);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
