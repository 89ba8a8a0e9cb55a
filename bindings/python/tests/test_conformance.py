"""The vectors that every language runs; tests/conformance/README.md describes their format."""

import os
import pathlib
import re

import pytest
from redis._parsers.base import BaseParser
from servers import configuration

from rediscluster import Cluster, RequestError, ResponseError

ROOT = pathlib.Path(os.environ["REDISCLUSTER_ROOT"])
COMMANDS = pathlib.Path(os.environ.get("REDISCLUSTER_VECTORS") or ROOT / "tests/conformance/commands")


def unhex(field):
    if field == "-":
        return b""
    if field.startswith("repeat:"):
        _, text, count = field.split(":")
        return bytes.fromhex(text) * int(count)
    return bytes.fromhex(field)


def test_nodes_of_keys():
    handles, rows = {}, 0
    for line in (ROOT / "tests/conformance/partition.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        key, mode, masters, name, node, *pins = line.split(" ")
        kind = (mode, masters, *pins)
        if kind not in handles:
            config = {"nodes": {f"node_{n}": {"port": n} for n in range(1, int(masters) + 1)}}
            if mode != "unset":
                config["hash_tag"] = mode
            if pins:
                rules = (rule.split("=") for rule in pins[0].split(","))
                config["pin"] = {unhex(pattern).decode(): f"node_{number}" for pattern, number in rules}
            for number in range(1, int(masters) + 1):
                config["nodes"][f"node_{number}"]["host"] = "127.0.0.1"
            handles[kind] = Cluster(config)
        rows += 1
        if name == "refused":
            with pytest.raises(RequestError, match="hash_tag"):
                handles[kind].node_for(unhex(key))
            continue
        place = handles[kind].node_for(unhex(key))
        stored = place["key"].encode() if isinstance(place["key"], str) else place["key"]
        assert (place["alias"], stored) == (f"node_{node}", unhex(name)), line
    assert rows > 6000


def unescaped(word):
    if word == '""':
        return b""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), word.encode())


def formatted(reply):
    """A reply as a list of words. Python does not distinguish a status from a string, or the kinds of nil."""
    if reply is None:
        return [b"_"]
    if isinstance(reply, Exception):
        return [b"-" + str(reply).encode()]
    if isinstance(reply, list):
        return [b"*%d" % len(reply), *(word for element in reply for word in formatted(element))]
    return [b":%d" % reply] if isinstance(reply, int) else [b"$" + reply]


def expected(text):
    # redis-py removes the words that its classes stand for.
    word = text[1:].partition(" ")[0]
    if text.startswith("-") and word in BaseParser.EXCEPTION_CLASSES:
        text = "-" + text[len(word) + 2 :]
    words = [unescaped(word) for word in ([text] if text.startswith("-") else text.split(" "))]
    return [b"_" if word == b"*_" else b"$" + word[1:] if word.startswith(b"+") else word for word in words]


def grouped(words, step):
    if not step or len(words) % step != 1 % step:
        return words
    return [words[0], *sorted(words[at : at + step] for at in range(1, len(words), step))]


@pytest.mark.parametrize("file", sorted(COMMANDS.glob("*.txt")), ids=lambda file: file.stem)
def test_replies_of_commands(file, servers):
    def opened(masters):
        return Cluster(configuration(servers[:masters], hash_tag="strip", timeout=60))

    cluster, is_new, got, cases = opened(3), True, [], 0
    for number, line in enumerate(file.read_text().splitlines(), 1):
        mark, _, rest = line.partition(" ")
        if mark == "masters":
            cluster = opened(int(rest))
        if mark not in list("+->=~%"):
            continue
        if is_new:
            cluster.execute("FLUSHALL")
        is_new = mark in "=~%"
        if is_new:
            cases += 1
            step = {"~": 1, "%": 2}.get(mark, 0)
            assert grouped(got, step) == grouped(expected(rest), step), f"{file.name}:{number}"
            continue
        try:
            got = formatted(cluster.execute(*[unescaped(word) for word in rest.split(" ")]))
        except ResponseError as error:
            got = formatted(error)
        assert mark == ">" or got[0].startswith(b"-") == (mark == "-"), f"{file.name}:{number}: {got}"
    assert cases > 5
