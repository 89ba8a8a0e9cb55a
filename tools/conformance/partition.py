#!/usr/bin/env python3
"""Generate tests/conformance/partition.txt: the node of each key, and the name that is sent.

This implementation of the rules is independent of the library: it uses only Python
and zlib's crc32. It requires no packages. The result is always the same:

    python3 tools/conformance/partition.py            # rewrites partition.txt
    python3 tools/conformance/partition.py --check    # compares instead; exit status 1 if they differ
    python3 tools/conformance/partition.py --php      # compares every row with PHP's crc32
"""

import hashlib
import itertools
import pathlib
import re
import subprocess
import sys
import zlib

OUTPUT = pathlib.Path(__file__).parents[2] / "tests/conformance/partition.txt"
MEBIBYTE = 1 << 20
MODES = ("strip", "keep", "off", "unset")

# Few enough to open one handle for each: all small numbers, primes, powers of two
# and their neighbours, up to 1024.
MASTERS = sorted({*range(1, 33), 47, 63, 64, 65, 97, 100, 127, 128, 129, 255, 256, 257,
                  499, 511, 512, 513, 541, 997, 1000, 1021, 1022, 1023, 1024})


# ---------------------------------------------------------------- the rules

def strip(key):
    """name{tag}: the tag is hashed, the name is sent."""
    name, brace, tag = key.rpartition(b"{")
    if name and brace and key.endswith(b"}"):
        return tag[:-1], name
    return key, key


def keep(key):
    """Redis Cluster's rule: the first {tag} is hashed if not empty, the whole key is sent."""
    opening = key.find(b"{")
    closing = key.find(b"}", opening + 1) if opening >= 0 else -1
    if closing > opening + 1:
        return key[opening + 1:closing], key
    return key, key


def off(key):
    """Every key is plain."""
    return key, key


def unset(key):
    """A key is plain if the other rules agree on it, and refused otherwise: None."""
    return off(key) if strip(key) == keep(key) == off(key) else None


def glob(pattern):
    """A Redis glob as a regular expression, and its literal prefix. Classes may have ranges and ^, and no escapes."""
    expression, literal, at, open_end = "", "", 0, False
    while at < len(pattern):
        byte = pattern[at]
        if byte == "[":
            end = pattern.index("]", at)
            expression, open_end, at = expression + pattern[at:end + 1], True, end + 1
            continue
        if byte in "*?":
            expression, open_end = expression + {"*": ".*", "?": "."}[byte], True
        else:
            at += byte == "\\"
            expression += re.escape(pattern[at])
            literal += "" if open_end else pattern[at]
        at += 1
    return re.compile(expression.encode(), re.DOTALL), literal, not open_end


def pinned(pins, name):
    """The node of the most specific pattern that matches the name, or None."""
    found = [(len(literal), whole, number) for pattern, number in pins.items()
             for expression, literal, whole in [glob(pattern)] if expression.fullmatch(name)]
    return max(found)[2] if found else None


RULES = {"strip": strip, "keep": keep, "off": off, "unset": unset}


def node(hashed, masters):
    return zlib.crc32(hashed) % masters + 1


# ---------------------------------------------------------------- the file

def hexadecimal(data):
    return data.hex() or "-"


def repeated(unit, count):
    """A repeated unit in the short notation of the file."""
    return f"repeat:{unit.hex()}:{count}" if count else "-"


def row(mode, key, masters):
    if RULES[mode](key) is None:
        return f"{hexadecimal(key)} {mode} {masters} refused 0"
    hashed, name = RULES[mode](key)
    return f"{hexadecimal(key)} {mode} {masters} {hexadecimal(name)} {node(hashed, masters)}"


def pinned_row(mode, key, masters, pins):
    rules = [(name, pinned(pins, name) or node(hashed, masters)) for hashed, name in (strip(key), keep(key), off(key))]
    if mode == "unset":
        name, number = rules[0] if len(set(rules)) == 1 else (None, 0)
        # A key for which the nodes agree by accident is refused, too.
        if pinned(pins, key) is None and unset(key) is None:
            name, number = None, 0
    else:
        name, number = rules[["strip", "keep", "off"].index(mode)]
    written = ",".join(f"{hexadecimal(pattern.encode())}={place}" for pattern, place in pins.items())
    return f"{hexadecimal(key)} {mode} {masters} {'refused' if name is None else hexadecimal(name)} {number} {written}"


def long_row(mode, unit, count, masters):
    key = unit * count
    if RULES[mode](key) is None:
        return f"{repeated(unit, count)} {mode} {masters} refused 0"
    hashed, name = RULES[mode](key)
    copies, rest = divmod(len(name), len(unit))
    assert rest == 0 and unit * copies == name, "the name cannot be written as a repetition"
    return f"{repeated(unit, count)} {mode} {masters} {repeated(unit, copies)} {node(hashed, masters)}"


def noise(label, length):
    """Pseudorandom bytes, the same on every machine."""
    return hashlib.shake_256(label.encode()).digest(length)


def masters_in_turn():
    """Each of MASTERS in turn, so that every block uses many values of N."""
    return itertools.cycle(MASTERS)


def in_every_mode(keys):
    turn = masters_in_turn()
    return [row(mode, key, masters) for key in keys for masters in [next(turn)] for mode in MODES]


# ---------------------------------------------------------------- the blocks

def plain_keys():
    return [b"", b" ", b"\x00", b"\xff", b"\x00\x00", b"a\x00b", b"\x00a", b"a\x00", b"\xff\xfe\xfd",
            b"foo", b"bar", b"foobar", b"Foo", b"FOO", b" foo", b"foo ", b"  ", b"foo bar", b"foo\tbar",
            b"\r", b"\n", b"\r\n", b"foo\r\n", b"\r\nfoo", b"foo\r\nbar", b"*1\r\n$4\r\nPING\r\n",
            b"node_1", b"hello_PHP", b"user:1000", b"0", b"-1", b"%s%n", b"*", b"h?llo", b"[a-z]",
            "schlüssel".encode(), "ключ".encode(), "キー".encode(), "🔑".encode(), "e\u0301".encode(),
            "ключ".encode("koi8-r"), b"\xc3", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x28\x8c\x28"]


def single_bytes():
    return [bytes([byte]) for byte in range(256)]


def brace_arrangements():
    """Every string over `{`, `}` and `a` of up to six bytes."""
    return [bytes(letters) for length in range(1, 7) for letters in itertools.product(b"{}a", repeat=length)]


def named_brace_keys():
    return [b"{}", b"foo{}", b"{foo}", b"foo{bar}", b"foo{bar}baz", b"foo{bar}{baz}", b"foo{{bar}}",
            b"foo}bar{baz}", b"foo{bar", b"foo}bar", b"{foo}bar", b"{foo}{bar}", b"{}foo", b"{}{foo}",
            b"foo{}{bar}", b"foo{bar}{}", b"foo{bar{baz}", b"foo{bar}}", b"foo{{}bar}", b"foo {bar}",
            b"foo{bar} ", b"foo{ bar }", b"foo{bar}\n", b"foo{\r\n}", b"foo{\x00}", b"\x00{foo}",
            b"foo{\xff\xfe}", b"\xff{\xff}", b"foo\x00{bar}\x00", b"foo{bar}\x00", b"foo\x00{bar}",
            "имя{тег}".encode(), "name{🔑}".encode(), "ф{".encode() + b"\xd0}", b"(foo)[bar]<baz>"]


def tags_with_any_byte():
    return [b"foo{" + bytes([byte]) + b"}" for byte in range(256)]


def random_keys(label, count):
    """Binary keys of 1 to 64 bytes; every third one has a binary tag."""
    keys = []
    for number in range(count):
        data = noise(f"{label} {number}", 128)
        key = data[2:2 + data[0] % 64 + 1]
        tag = data[66:66 + data[1] % 16]
        keys.append(key + b"{" + tag + b"}" if number % 3 == 0 else key)
    return keys


def same_keys_on_every_n():
    keys = (b"foo", b"bar{foo}", noise("one key, every N", 20))
    return [row("strip", key, masters) for masters in MASTERS for key in keys]


def mebibyte_keys():
    thousand = b"{" + noise("a long tag", 1022).replace(b"{", b"(").replace(b"}", b")") + b"}"
    units = [b"a", b"\x00", b"\xff", b"{", b"}", b"{}", b"{ab}", b"\r\n", noise("a long key", 256), thousand]
    rows = []
    for unit in units:
        count = MEBIBYTE // len(unit)
        for mode, masters in zip(MODES, (4, 7, 1024, 3)):
            rows.append(long_row(mode, unit, count, masters))
    return rows


def pinned_keys():
    pins = {"rq:*": 1, "rq:special:*": 5, "rq:special:key": 2, "bull:*": 4, "h?llo": 6, "[a-c][^x]*z": 3, "a\\*b": 2, "": 7}
    keys = [b"", b"rq:", b"rq:queue:high", b"rq", b"rQ:x", b"rq:special:", b"rq:special:key", b"rq:special:keys", b"bull:q:1",
            b"bull:{q}:1", b"{bull:}x", b"rq:{1}", b"rq{1}", b"x{rq:1}", b"rq:a{x}", b"bull:a{x}b", b"hello", b"h\xfflllo", b"h\xffllo",
            b"hllo", b"hello{x}", b"a0z", b"axz", b"az", b"b\r\n{q}z", b"a*b", b"axb", b"{plain}", b"other"]
    rows = [pinned_row(mode, key, 7, pins) for key in keys for mode in MODES]
    return rows + [pinned_row(mode, key, 7, {"*": 6}) for key in (b"", b"foo", b"foo{bar}", b"{foo}bar", b"\xff\n") for mode in MODES]


BLOCKS = [
    ("Plain keys: empty, NUL, 0xFF, spaces, CRLF, valid and invalid UTF-8. The bytes of the key are hashed.",
     lambda: in_every_mode(plain_keys())),
    ("Every key of one byte.",
     lambda: in_every_mode(single_bytes())),
    ("Keys with braces. strip: name{tag}, name not empty, last byte `}`, split at the last `{`: the tag is hashed, the name is sent.\n"
     "keep: the text between the first `{` and the next `}` is hashed if it is not empty, the whole key is sent. off: every key is plain.\n"
     "unset: a key is plain if the three rules agree on it, and refused otherwise.",
     lambda: in_every_mode(named_brace_keys())),
    ("Every arrangement of `{`, `}` and `a` of one to six bytes, strip.",
     lambda: [row("strip", key, 1021) for key in brace_arrangements()]),
    ("The same, keep.",
     lambda: [row("keep", key, 1021) for key in brace_arrangements()]),
    ("The same up to four bytes, off.",
     lambda: [row("off", key, 1021) for key in brace_arrangements() if len(key) <= 4]),
    ("The same up to six bytes, unset.",
     lambda: [row("unset", key, 1021) for key in brace_arrangements()]),
    ("Tags of one byte, every byte.",
     lambda: [row(mode, key, 997) for key in tags_with_any_byte() for mode in ("strip", "keep", "unset")]),
    ("Random binary keys, one in three with a tag.",
     lambda: in_every_mode(random_keys("random keys", 200))),
    ("A few keys for every N of this file, from 1 to 1024.",
     same_keys_on_every_n),
    ("Keys with rules of `pin`, which the sixth field lists: the name that is sent is matched, and the most specific rule decides.",
     pinned_keys),
    ("Keys of 1 MiB, each a repeated unit.",
     mebibyte_keys),
]

HEADING = """\
Which node a key belongs to. Written by tools/conformance/partition.py, not by hand; README.md describes the format:
key_hex mode N name_hex node [pins]"""


def comment(text):
    return "".join(f"# {line}\n" for line in text.splitlines())


def whole_file():
    parts = [comment(HEADING)]
    parts += ["\n" + comment(text) + "".join(line + "\n" for line in rows()) for text, rows in BLOCKS]
    return "".join(parts)


# ---------------------------------------------------------------- PHP

def field_bytes(field):
    if field.startswith("repeat:"):
        _, unit, count = field.split(":")
        return bytes.fromhex(unit) * int(count)
    return b"" if field == "-" else bytes.fromhex(field)


def php_disagrees(rows):
    """The rows for which PHP's crc32 gives another node. The hashed part is computed here."""
    questions = []
    for line in rows:
        key, mode, masters, name, expected, *pins = line.split(" ")
        if pins:
            continue
        if name == "refused":
            continue
        hashed, _ = RULES[mode](field_bytes(key))
        questions.append((line, f"{hashed.hex()} {masters} {expected}\n"))
    program = ('while (($l = fgets(STDIN)) !== false) { [$h, $n, $e] = explode(" ", rtrim($l, "\\n"));'
               ' echo crc32(hex2bin($h)) % (int) $n + 1 === (int) $e ? "1" : "0"; }')
    output = subprocess.run(["php", "-r", program], input="".join(question for _, question in questions),
                            capture_output=True, text=True, check=True).stdout
    assert len(output) == len(questions), output
    return [line for (line, _), same in zip(questions, output) if same != "1"]


def main(arguments):
    text = whole_file()
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    if arguments == []:
        OUTPUT.write_text(text)
        print(f"{len(rows)} rows")
    elif arguments == ["--check"]:
        if OUTPUT.read_text() != text:
            sys.exit("partition.txt differs from what tools/conformance/partition.py writes")
        print(f"{len(rows)} rows, as generated")
    elif arguments == ["--php"]:
        wrong = php_disagrees(rows)
        if wrong:
            sys.exit("PHP computes another node for:\n" + "\n".join(wrong))
        print(f"{len(rows)} rows, PHP agrees")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
