"""Reads the keys that the previous program of the demo wrote, and runs the example in the README of rediscluster-py.

    demo.py NAME PREVIOUS      the name of this program and of the previous one; - if this program is the first

REDISCLUSTER_CONFIG is the configuration. REDISCLUSTER_DEMO_TABLE, if set, is a file; the demo appends a line to it for each key of the previous
program: key, node, writer, reader.
"""

import json
import os
import sys

from rediscluster import StrictRedisCluster


def read_previous(r: StrictRedisCluster, name: str, previous: str) -> None:
    for key, value in {f"hello_{previous}": f"hello from {previous}", "foo": "foo", "bar{foo}": "bar"}.items():
        found = show(f"get {key}", r.get(key))
        if found != value:
            sys.exit(f"{key} is {found!r}, not {value!r}")
        table = os.environ.get("REDISCLUSTER_DEMO_TABLE")
        if table:
            with open(table, "a") as file:
                print(key, *r.getnodefor(key), previous, name, sep="\t", file=file)


def run_example(r: StrictRedisCluster, name: str) -> None:
    show("set foo bar", r.set("foo", "bar"))
    show("get foo", r.get("foo"))
    for key in ("foo", "bar", "foobar"):
        show(f"getnodefor {key}", *r.getnodefor(key))
    show("get bar{foo}", r.get("bar{foo}"))
    show("mset bar{foo} bar foo foo", r.mset({"bar{foo}": "bar", "foo": "foo"}))
    show("mget bar{foo} foo", " ".join(r.mget("bar{foo}", "foo")))
    show(f"set hello_{name}", r.set(f"hello_{name}", f"hello from {name}"))


def show(action, reply):
    print(f"  {action:<24} {reply}")
    return reply


def main() -> None:
    if len(sys.argv) != 3 or "REDISCLUSTER_CONFIG" not in os.environ:
        sys.exit("usage: REDISCLUSTER_CONFIG='{\"nodes\": ...}' demo.py NAME PREVIOUS")
    name, previous = sys.argv[1:]
    with StrictRedisCluster(cluster=json.loads(os.environ["REDISCLUSTER_CONFIG"]), decode_responses=True) as r:
        if previous != "-":
            read_previous(r, name, previous)
        run_example(r, name)


main()
