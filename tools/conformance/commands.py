#!/usr/bin/env python3
"""Record the replies in tests/conformance/commands/*.txt from one plain redis-server.

The cases are written by hand, the replies by this script. It is independent of the
library and requires no packages. It uses the first server of scripts/with-redis and
deletes all data there:

    scripts/with-redis 1 -- python3 tools/conformance/commands.py            # rewrites the replies
    scripts/with-redis 1 -- python3 tools/conformance/commands.py --check    # compares instead; exit status 1 if any differs
    scripts/with-redis 1 -- python3 tools/conformance/commands.py --into FOLDER

--into writes copies with the replies of a server of another release, for make matrix.
A case whose other commands this server does not run is left out and printed.

It also checks that every command with keys has a case, and that a case with several
keys has them on several nodes. tests/conformance/README.md describes the format.
"""

import os
import pathlib
import re
import socket
import sys

from partition import node, strip

FILES = sorted((pathlib.Path(__file__).parents[2] / "tests/conformance/commands").glob("*.txt"))
MASTERS = 3
LEAST_COMMANDS = 200

# Commands with keys that have no case, because they require their own connection.
WITHOUT_CASE = {"restore-asking", "ssubscribe", "sunsubscribe", "watch"}
# Commands whose keys must be on one node.
ON_ONE_NODE = {"eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro"}


# ---------------------------------------------------------------- a server

class Server:
    """One connection. A reply is a list of tokens: one per value, an array before its elements."""

    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port)).makefile("rwb")

    def ask(self, words):
        parts = [b"*%d\r\n" % len(words), *(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)]
        self.stream.write(b"".join(parts))
        self.stream.flush()
        return self.read()

    def read(self):
        kind, rest = (line := self.stream.readline())[:1], line[1:-2]
        if kind in b"+-:" and kind:
            return [kind + rest]
        if kind == b"$":
            return [b"_"] if rest == b"-1" else [b"$" + self.stream.read(int(rest) + 2)[:-2]]
        if kind == b"*":
            return [b"*_"] if rest == b"-1" else sum((self.read() for _ in range(int(rest))), [b"*" + rest])
        sys.exit(f"unexpected reply from the server: {line!r}")


def plain(tokens):
    """The tokens of a reply as Python values: lists, and strings for everything else."""
    token = next(tokens)
    if token[:1] == b"*" and token != b"*_":
        return [plain(tokens) for _ in range(int(token[1:]))]
    return token[1:].decode()


# ---------------------------------------------------------------- the format

def unescaped(word):
    if word == '""':
        return b""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), word.encode())


def escaped(text, is_error=False):
    """Printable and without spaces; an error, which extends to the end of its line, keeps spaces."""
    least = 0x20 if is_error else 0x21
    line = "".join(chr(byte) if least <= byte < 0x7f and byte not in b'\\"' else f"\\x{byte:02x}" for byte in text)
    return re.sub(" $", r"\\x20", line)


def reply_line(mark, tokens):
    """The line of a reply in the file; sorted if the order does not matter."""
    if mark != "=" and tokens[0][:1] == b"*":
        step = {"~": 1, "%": 2}[mark]
        rest = tokens[1:]
        if tokens[0] != b"*%d" % len(rest):
            raise ValueError("only a flat array can be in any order")
        groups = sorted(rest[at:at + step] for at in range(0, len(rest), step))
        tokens = [tokens[0], *(token for group in groups for token in group)]
    return " ".join([mark, *(escaped(token, is_error=token[:1] == b"-") for token in tokens)])


# ---------------------------------------------------------------- the cases

class Oracle:
    """Runs the lines of the files and writes the replies."""

    def __init__(self, server):
        self.server = server
        self.skipped = []
        self.masters = MASTERS
        self.commands = set()
        self.problems = []

    def file(self, text):
        self.masters = MASTERS
        return self.part_of_file(text)

    def part_of_file(self, text):
        lines, reply = [], None
        for line in text.splitlines():
            if line[:2] in ("= ", "~ ", "% ") or line in ("~", "%", "="):
                # Without a reply there is a problem.
                lines[-1:] = [] if reply is None else [self.reply_line_of(line[0], reply)]
                continue
            lines.append(line)
            try:
                if line.startswith("masters "):
                    self.masters = int(line.split()[1])
                elif line[:2] in ("+ ", "- ", "> "):
                    reply = self.run_line(line[0], line[2:].split(" "))
                    if line[0] == ">":
                        lines.append(self.reply_line_of("=", reply))
            except ValueError as error:
                self.problems.append(f"{line}: {error}")
        return "\n".join(lines) + "\n"

    def file_of_another_release(self, name, text):
        """The text without the cases that the server cannot run."""
        self.masters = MASTERS
        kept, case = [], []
        for number, line in enumerate(text.splitlines(), 1):
            if line[:2] in ("+ ", "- ", "> "):
                case.append(line)
            elif not case:
                kept.append(line)
                self.part_of_file(line)
            if line[:2] in ("= ", "~ ", "% "):
                command, self.problems = case[-1], []
                lines = self.part_of_file("\n".join([*case, line]))
                if self.problems:
                    self.server.ask([b"FLUSHALL"])
                    self.skipped.append(f"{name}:{number}: {command[2:]}")
                else:
                    kept.extend(lines.splitlines())
                case = []
        return "\n".join(kept) + "\n"

    def reply_line_of(self, mark, reply):
        try:
            return reply_line(mark, reply)
        except ValueError as error:
            self.problems.append(f"{reply}: {error}")
            return mark

    def run_line(self, mark, texts):
        words = [unescaped(text) for text in texts]
        keys = {token[1:] for token in self.server.ask([b"COMMAND", b"GETKEYS", *words])[1:]}
        if mark == ">":
            self.check_keys(words, keys)
        reply = self.server.ask([strip(word)[1] if word in keys else word for word in words])
        if mark != ">" and (reply[0][:1] == b"-") != (mark == "-"):
            raise ValueError(f"returned {reply[0]!r}")
        if mark == ">":
            self.server.ask([b"FLUSHALL"])
        return reply

    def check_keys(self, words, keys):
        """Records that the command has a case, and checks that its keys are on several nodes."""
        name = words[0].decode().lower()
        both = f"{name}|{words[1].decode(errors='replace').lower()}" if len(words) > 1 else name
        self.commands |= {name, both}
        is_tagged = any(strip(key)[1] != key for key in keys)
        if len(keys) > 1 and not is_tagged and name not in ON_ONE_NODE and len({node(key, self.masters) for key in keys}) == 1:
            raise ValueError("its keys are on one node")

    def known(self):
        """All commands of the server: name, and whether the command has keys."""
        replies = plain(iter(self.server.ask([b"COMMAND"])))
        return {entry[0]: bool(entry[8]) for command in replies for entry in (command, *command[9])}

    def check_coverage(self):
        known = self.known()
        covered = self.commands & known.keys()
        missing = {name for name, has_keys in known.items() if has_keys} - covered - WITHOUT_CASE
        if missing:
            self.problems.append("no case for " + ", ".join(sorted(missing)))
        if len(covered) < LEAST_COMMANDS:
            self.problems.append(f"cases for only {len(covered)} commands")


def record_into(folder, oracle):
    folder.mkdir(parents=True, exist_ok=True)
    for path in FILES:
        (folder / path.name).write_text(oracle.file_of_another_release(path.name, path.read_text()))
    for case in oracle.skipped:
        print(f"skipped  vectors: this server does not run the commands of {case}")


def main():
    check = "--check" in sys.argv[1:]
    ports = os.environ.get("REDISCLUSTER_PORTS")
    if not ports:
        sys.exit(__doc__)
    oracle = Oracle(Server(int(ports.split()[0])))
    oracle.server.ask([b"FLUSHALL"])
    if sys.argv[1:2] == ["--into"]:
        return record_into(pathlib.Path(sys.argv[2]), oracle)
    for path in FILES:
        found = path.read_text()
        expected = oracle.file(found)
        if not check:
            path.write_text(expected)
        for number, lines in enumerate(zip(found.splitlines(), expected.splitlines()), 1):
            if check and lines[0] != lines[1]:
                oracle.problems.append(f"{path.name}:{number}: {lines[0]}\n    the server returns {lines[1]}")
        if check and found.count("\n") != expected.count("\n"):
            oracle.problems.append(f"{path.name}: a reply is missing")
    oracle.check_coverage()
    sys.exit("\n".join(oracle.problems) or None)


if __name__ == "__main__":
    main()
