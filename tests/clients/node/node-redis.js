// Runs commands with node-redis and prints every result. Arguments: a port, the file of commands.
'use strict';
const { setTimeout } = require('timers/promises');
const { BasicClientSideCache, createClient } = require('redis');
const { show, runCommands } = require('./common');

async function runWith(options, path) {
    console.log(`==== ${options.RESP ?? 'default'}`);
    const client = createClient(options);
    await client.connect();
    await client.flushAll();
    await client.scriptFlush();
    await runCommands(path, (words) => client.sendCommand(words));

    await show('pipeline', () => Promise.all([...Array(200).keys()].map((n) => client.incr(`auto${n % 7}`))));
    await show('MULTI', () => client.multi().set('{t}a', '1').incr('{t}a').hSet('{t}h', { f: 'v' }).hGetAll('{t}h').exec());
    await client.watch('{t}a');
    const other = client.duplicate();
    await other.connect();
    await other.set('{t}a', '100');
    await show('WATCH', () => client.multi().set('{t}a', '2').exec());
    await show('EVAL', () => client.eval("return redis.call('INCRBY', KEYS[1], ARGV[1])", { keys: ['{t}a'], arguments: ['5'] }));
    await client.zAdd('z', [{ value: 'a', score: 1 }, { value: 'b', score: 2.5 }]);
    await show('ZRANGE', () => client.zRangeWithScores('z', 0, -1));
    await client.xAdd('x', '1-1', { f: 'v' });
    await client.xGroupCreate('x', 'group', '0');
    await show('XREADGROUP', () => client.xReadGroup('group', 'me', [{ key: 'x', id: '>' }]));
    const keys = [];
    for await (const some of client.scanIterator({ COUNT: 13 })) keys.push(...[some].flat());
    await show('SCAN', () => keys, true);

    const blocked = client.duplicate();
    await blocked.connect();
    const popped = blocked.blPop(['b1', 'b2', 'b3'], 20);
    await setTimeout(100); // it waits by now; the result is the same if it does not
    await client.rPush('b3', 'late');
    await show('BLPOP', () => popped);

    const subscriber = client.duplicate();
    await subscriber.connect();
    const received = [];
    let finish;
    const all = new Promise((resolve) => (finish = resolve));
    const add = (message, channel) => received.push(`${channel} ${message}`) === 3 && finish();
    await subscriber.subscribe(['c1', 'c2', 'c3'], add);
    await subscriber.pSubscribe('d*', add);
    for (const channel of ['c3', 'c1', 'd9']) await show('PUBLISH', () => client.publish(channel, 'hello'));
    await all;
    await show('messages', () => received, true);
    for (const one of [client, other, blocked, subscriber]) one.destroy();
}

// Repeats a call until it returns what is expected, because invalidations arrive a little later.
async function until(call, expected) {
    for (let n = 0; n < 20000; n++) {
        const value = await call();
        if (JSON.stringify(value) === JSON.stringify(expected)) return value;
        await setTimeout(1);
    }
    return 'never';
}

// The client's own cache, which CLIENT TRACKING keeps up to date.
async function caching(socket) {
    console.log('==== cache');
    const cache = new BasicClientSideCache({ ttl: 0, maxEntries: 0, evictPolicy: 'LRU' });
    const client = createClient({ RESP: 3, clientSideCache: cache, socket });
    const other = createClient({ socket });
    await Promise.all([client.connect(), other.connect()]);
    const keys = [...Array(10).keys()].map((n) => `cached${n}`);
    const getAll = () => Promise.all(keys.map((key) => client.get(key)));
    await other.flushAll();
    for (const value of ['1', '2', '3']) {
        await other.mSet(keys.map((key) => [key, value]));
        await show('GET', () => until(getAll, keys.map(() => value)));
        await show('GET', getAll);
    }
    await other.del(keys[0]);
    await show('DEL', () => until(() => client.get(keys[0]), null));
    await other.flushAll();
    await show('FLUSHALL', () => until(getAll, keys.map(() => null)));
    for (const one of [client, other]) one.destroy();
}

async function main() {
    const [port, path] = process.argv.slice(2);
    for (const options of [{}, { RESP: 2 }, { RESP: 3 }]) {
        await runWith({ ...options, socket: { host: '127.0.0.1', port: Number(port) } }, path);
    }
    await caching({ host: '127.0.0.1', port: Number(port) });
    process.exit(0);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
