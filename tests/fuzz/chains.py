"""Files that extend files, made from a seed: chains that end, run in circles, or meet what is none.

The first file is ``s.yaml``. A link of the chain may be spoilt: by its name, by what stands there
instead of a file, by its bytes, or by a text that no document here has a use for.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from tests.scenario.example import TEXT

FIRST = "s.yaml"
MOST_LINKS = 16
Spoil = Callable[[random.Random, Path], str]
"""Makes of a path what a file may extend; gives what to write after ``extends:``."""

BYTES: dict[str, bytes] = {
    "empty": b"",
    "comments": b"# nothing\n\n",
    "a list": b"- 1\n- 2\n",
    "one value": b"word\n",
    "UTF-16": TEXT.encode("utf-16"),
    "a zero byte": TEXT.encode() + b"\0",
    "Latin 1": TEXT.replace("Whom", "Où").encode("latin-1"),
    "too large": b"# " + b"x" * (1 << 20),
    "much": b"seed: 1\n" + b"#\n" * 300_000,
    "two documents": b"seed: 1\n---\nseed: 2\n",
    "a directive": b"# first\n%YAML 1.1\n---\nseed: 1\n",
    "a merge key": b"world: &a {lines: 3}\nbase: x\nsee: {<<: *a}\n",
    "a map as a key": b"? {a: 1}\n: 2\nseed: 1\n",
    "a key that is no text": b"3: 4\nnull: 5\ntrue: 1\nseed: 1\n",
    "a key twice": b"seed: 1\nseed: 2\n",
    "a tag": b"seed: !!python/object:os.system 1\nname: !mine x\n",
    "an alias in itself": b"world: &a {lines: *a}\n",
    "an alias of nothing": b"seed: *nobody\n",
    "aliases of aliases": b"k0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    + b"".join(b"k%d: &a%d [%s]\n" % (i, i, b"*a%d, " % (i - 1) * 10) for i in range(1, 6)),
    "aliases that go deep": b"k0: &a0 {x: 1}\n"
    + b"".join(b"k%d: &a%d {x: *a%d}\n" % (i, i, i - 1) for i in range(1, 60)),
    "brackets": b"seed: " + b"[" * 60 + b"]" * 60 + b"\n",
    "many values": b"seed: [" + b"1," * 20_000 + b"1]\n",
    "open quotes": b"name: 'x\nseed: 1\n",
    "an open bracket": b"world: {lines: 3\n",
    "a tab": b"world:\n\tlines: 3\n",
    "an escape of no character": b'name: "\\U00110000"\nseed: 1\n',
    "half of a character": b'name: "\\ud800"\nseed: 1\n"\\udc00": 1\n',
    "a control character": b"name: \x07\nseed: 1\n",
    "odd numbers": b"seed: .nan\nname: 0x" + b"f" * 6_000 + b"\nbase: -.inf\nformat: 0x_\n",
    "no key of a scenario": b"password: hunter2\n",
    "strategies that are none": b"strategies: [1, 2]\nseed: 1\n",
    "no strategies": b"strategies: null\nseed: 1\n",
    "a deleted strategy": b"strategies: {as-run: null, other: null}\n",
}  # fmt: skip
"""What a file of a chain may hold instead of a scenario."""
NAMES = (
    "", "''", "' '", "null", "3", "[a.yaml]", "{a: b}", '"a\\0b"', '"\\ud800"', "/dev/null", "..",
    "/etc/hostname", "none.yaml", "s.yaml", "./sub/../s.yaml", "x" * 300, '"a\\nb.yaml"',
)  # fmt: skip
"""What may stand after ``extends:`` instead of a file's name."""


def chain(seed: int, folder: Path) -> str:
    """Write the chain of a seed into a folder; what is odd about it, in words."""
    dice = random.Random(f"chain {seed}")
    links = dice.choice((1, 1, 2, 3, MOST_LINKS))
    files = [FIRST, *(f"{i}.yaml" for i in range(1, links + 1))]
    for file, below in zip(files, [*files[1:], None], strict=True):
        text = TEXT if below is None else f"seed: {dice.randrange(9)}\nextends: {below}\n"
        (folder / file).write_text(text, "utf-8")
    how = dice.choice(("sound", "bytes", "bytes", "bytes", "name", "name", "circle", "thing"))
    spoilt = dice.choice(files)
    if how == "bytes":
        what = dice.choice(sorted(BYTES))
        extends = dice.choice((b"", b"extends: 1.yaml\n")) if spoilt == FIRST else b""
        (folder / spoilt).write_bytes(BYTES[what] + extends)
    elif how == "name":
        what = dice.choice(NAMES)
        (folder / spoilt).write_text(f"seed: 1\nextends: {what}\n", "utf-8")
    elif how == "circle":
        what = dice.choice(files)
        (folder / files[-1]).write_text(f"seed: 1\nextends: {what}\n", "utf-8")
    elif how == "thing":
        what = dice.choice(("gone", "folder", "pipe", "link to itself"))
        (folder / spoilt).unlink()
        if what == "folder":
            (folder / spoilt).mkdir()
        elif what == "pipe":
            os.mkfifo(folder / spoilt)
        elif what == "link to itself":
            (folder / spoilt).symlink_to(spoilt)
    else:
        what = f"{links} links"
    return f"{how}: {what[:60]!r} at {spoilt} of {links}"
