#!/usr/bin/env python3
"""Write newer.json: the commands that newer servers have beside those of Redis 7.0.

Made by a script from the servers' own metadata, the JSON files in src/commands
(and modules/*/commands.json) of their sources. It needs no packages; its arguments
are unpacked sources, first of the release whose commands are known already, then
of newer ones, one for each product:

    python3 tools/command_table/collect.py redis-7.0.15 redis-8.6.3 valkey-9.1.2

Debian has such sources (apt-get source redis), as have the projects' repositories.
"""

import json
import pathlib
import re
import sys

OUTPUT = pathlib.Path(__file__).with_name("newer.json")
ABOUT = ("Commands that newer servers have beside those of Redis 7.0, and what changed of the older ones. Facts from the servers' own "
         "metadata, src/commands/*.json and modules/*/commands.json of their sources; written by collect.py, not to be edited.")

# Valkey began as Redis 7.2.4: what is older is in both, under the number that Redis gave it.
FORK = (7, 2, 4)

# Of the flags, those whose change would change how a client treats a command.
TELLING = {"readonly", "write", "blocking", "no_multi", "pubsub"}


class Release:
    """What one checkout says of its commands: facts by name, a subcommand being `container|name`."""

    def __init__(self, root):
        header = (root / "src/version.h").read_text()
        versions = dict(re.findall(r'define (REDIS|VALKEY)_VERSION "([^"]+)"', header))
        self.product = "valkey" if "VALKEY" in versions else "redis"
        self.name = f"{self.product} {versions[self.product.upper()]}"
        self.commands = {}
        for file in [*root.glob("src/commands/*.json"), *root.glob("modules/*/commands.json")]:
            for word, raw in json.loads(file.read_text()).items():
                if "ONLY_SENTINEL" not in raw.get("command_flags", []):
                    self.add("|".join([*filter(None, [raw.get("container")]), word]).lower(), raw)
        if not self.commands:
            sys.exit(f"{root}: no commands in src/commands")

    def add(self, name, raw):
        if name in self.commands:
            sys.exit(f"{self.name}: {name} is there twice")
        version = tuple(map(int, raw["since"].split(".")))
        product = "redis" if version <= FORK else self.product
        self.commands[name] = {
            "since": f"{product} {raw['since']}",
            "arity": raw["arity"],
            "flags": sorted(map(str.lower, raw.get("command_flags", []))),
            "keys": keys(name, raw),
            "tips": sorted(map(str.lower, raw.get("command_tips", []))),
        }

    def subcommands(self, container):
        return sorted(name for name in self.commands if name.startswith(container + "|"))


def keys(name, raw):
    """Key specifications, shortened: where to begin, where the keys stand from there, what is done to them."""
    if "key_specs" not in raw:
        return keys_of_arguments(name, raw.get("arguments", []))
    return [{**begin(spec["begin_search"]), **find(spec["find_keys"]), "does": sorted(map(str.lower, spec["flags"]))}
            for spec in raw["key_specs"]]


def begin(search):
    match search:
        case {"index": {"pos": position}}:
            return {"index": position}
        case {"keyword": {"keyword": word, "startfrom": start}}:
            return {"keyword": [word, start]}
        case {"unknown": _}:
            return {"unknown": True}
    sys.exit(f"no way to begin: {search}")


def find(search):
    match search:
        case {"range": {"lastkey": last, "step": step, "limit": limit}}:
            return {"range": [last, step, limit]}
        case {"keynum": {"keynumidx": count, "firstkey": first, "step": step}}:
            return {"keynum": [count, first, step]}
        case {"unknown": _}:
            return {}
    sys.exit(f"no way to find keys: {search}")


def keys_of_arguments(name, arguments):
    """A module describes its arguments only: a single key, the first of them, or none at all."""
    places = [at for at, argument in enumerate(arguments, 1) if '"type": "key"' in json.dumps(argument)]
    if not places:
        return []
    if places != [1] or arguments[0]["type"] != "key" or arguments[0].get("multiple") or arguments[0].get("optional"):
        sys.exit(f"{name}: keys in unusual places")
    return [{"index": 1, "range": [0, 1, 0], "does": []}]


def wider(one, other):
    """An arity that lets through what either lets through; a negative one means so many or more."""
    return one if one == other else -min(abs(one), abs(other))


def newer(known, releases):
    """What the known release lacks; where two products differ, all that either allows."""
    commands = {}
    for release in releases:
        for name, facts in release.commands.items():
            if name in known.commands:
                continue
            if name not in commands:
                commands[name] = {"name": name, **facts}
                continue
            merge(commands[name], facts)
    return [commands[name] for name in sorted(commands)]


def merge(command, facts):
    if places(command["keys"]) != places(facts["keys"]):
        sys.exit(f"{command['name']}: the products disagree on its keys")
    if TELLING & set(command["flags"]) != TELLING & set(facts["flags"]):
        sys.exit(f"{command['name']}: the products disagree on what it does")
    if facts["since"] != command["since"]:
        command["since"] += ", " + facts["since"]
    command["arity"] = wider(command["arity"], facts["arity"])
    for field in ("flags", "tips"):
        command[field] = sorted({*command[field], *facts[field]})


def places(specs):
    return [{field: value for field, value in spec.items() if field != "does"} for spec in specs]


def changed(known, releases):
    """What newer releases say otherwise of commands that the known one has: one entry for a command and a fact."""
    views = {
        "arity": lambda release, name: release.commands[name]["arity"],
        "flags": lambda release, name: sorted(TELLING & set(release.commands[name]["flags"])),
        "keys": lambda release, name: places(release.commands[name]["keys"]),
        "tips": lambda release, name: release.commands[name]["tips"],
        "subcommands": lambda release, name: release.subcommands(name),
    }
    for name in sorted(known.commands):
        for fact, view in views.items():
            said = {release.name: view(release, name) for release in [known, *releases] if name in release.commands}
            before = said[known.name]
            if any(now != before for now in said.values()):
                if fact == "subcommands":
                    said = {release: sorted({*now} - {*before}) for release, now in said.items() if release != known.name}
                yield {"name": name, fact: said}
        for release in releases:
            if name not in release.commands:
                yield {"name": name, "gone": release.name}


def text(known, releases):
    def lines(entries):
        return ",\n".join("    " + json.dumps(entry) for entry in entries)

    return (f'{{\n  "about": {json.dumps(ABOUT)},\n  "known": {json.dumps(known.name)},\n'
            f'  "releases": {json.dumps([release.name for release in releases])},\n'
            f'  "commands": [\n{lines(newer(known, releases))}\n  ],\n'
            f'  "changed": [\n{lines(changed(known, releases))}\n  ]\n}}\n')


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    known, *releases = [Release(pathlib.Path(root)) for root in sys.argv[1:]]
    OUTPUT.write_text(text(known, releases))
    print(f"{OUTPUT.name}: beside {known.name} those of {', '.join(release.name for release in releases)}")


if __name__ == "__main__":
    main()
