// Runs commands with ioredis and prints every result. Arguments: a port, the file of commands.
'use strict';
const { setTimeout } = require('timers/promises');
const Redis = require('ioredis');
const { show, runCommands } = require('./common');

async function main() {
    const [port, path] = process.argv.slice(2);
    const client = new Redis(Number(port));
    await client.flushall();
    await client.script('FLUSH');
    await runCommands(path, ([name, ...words]) => client.call(name, ...words));

    const plain = client.pipeline();
    for (let n = 0; n < 200; n++) plain.set(`p${n}`, n).get(`p${n}`).incr(`p${n}`);
    await show('pipeline', () => plain.lpush('p1', 'x').dbsize().exec());
    await show('MULTI', () => client.multi().set('{t}a', 1).incr('{t}a').hset('{t}h', { f: 'v' }).hgetall('{t}h').exec());
    await client.watch('{t}a');
    await client.duplicate().set('{t}a', 100);
    await show('WATCH', () => client.multi().set('{t}a', 2).exec());
    client.defineCommand('add', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])" });
    await show('script', async () => [await client.add('{t}a', 1), await client.add('{t}a', 2)]);
    const automatic = new Redis({ port: Number(port), enableAutoPipelining: true });
    await show('auto-pipelining', () => Promise.all([...Array(100).keys()].map((n) => automatic.incr(`auto${n % 7}`))));
    const keys = [];
    for await (const some of client.scanStream({ count: 13 })) keys.push(...some);
    await show('SCAN', () => keys, true);

    const blocked = client.duplicate();
    const popped = blocked.blpop('b1', 'b2', 'b3', 20);
    await setTimeout(100); // it waits by now; the result is the same if it does not
    await client.rpush('b3', 'late');
    await show('BLPOP', () => popped);

    const subscriber = client.duplicate();
    const received = [];
    const all = new Promise((resolve) => {
        const add = (...message) => received.push(message.join(' ')) === 3 && resolve();
        subscriber.on('message', add);
        subscriber.on('pmessage', add);
    });
    await show('SUBSCRIBE', async () => [await subscriber.subscribe('c1', 'c2', 'c3'), await subscriber.psubscribe('d*')]);
    for (const channel of ['c3', 'c1', 'd9']) await show('PUBLISH', () => client.publish(channel, 'hello'));
    await all;
    await show('messages', () => received, true);

    // A cache with RESP2: one connection receives the invalidations of another one.
    const [receiver, reader] = [1, 2].map(() => new Redis({ port: Number(port), protocol: 2 }));
    const id = await receiver.client('ID');
    const invalid = [];
    receiver.on('message', (channel, key) => invalid.push(key));
    await receiver.subscribe('__redis__:invalidate');
    await reader.client('TRACKING', 'ON', 'REDIRECT', id);
    const cached = [...Array(10).keys()].map((n) => `cached${n}`);
    await reader.mget(...cached);
    await client.mset(...cached.flatMap((key) => [key, 1]));
    for (let n = 0; n < 20000 && invalid.length < 10; n++) await setTimeout(1);
    await show('invalidated', () => invalid, true);
    process.exit(0);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
