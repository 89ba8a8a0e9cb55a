// What both clients for Node share: the commands of the file and the form in which results are printed.
'use strict';
const fs = require('fs');

function canonical(value, unordered = false) {
    if (value === null || value === undefined) return 'null';
    if (value instanceof Error) return `${value.name} ${value.message}`;
    if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('latin1'));
    if (value instanceof Map) return canonical(Object.fromEntries(value));
    if (value instanceof Set) return canonical([...value], true);
    if (Array.isArray(value)) {
        const items = value.map((item) => canonical(item));
        return `[${(unordered ? items.sort() : items).join(', ')}]`;
    }
    if (typeof value === 'object') {
        return `{${Object.entries(value).map(([key, item]) => `${key}: ${canonical(item)}`).sort().join(', ')}}`;
    }
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

async function show(title, call, unordered = false) {
    let result;
    try {
        result = canonical(await call(), unordered);
    } catch (error) {
        result = canonical(error);
    }
    console.log(`${title} -> ${result}`);
}

async function runCommands(path, run) {
    for (const line of fs.readFileSync(path, 'utf8').split('\n')) {
        if (!line || line.startsWith('#')) continue;
        const words = line.replace(/^~/, '').split(' ');
        await show(line, () => run(words), line.startsWith('~'));
    }
}

module.exports = { show, runCommands };
