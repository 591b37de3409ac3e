"""Malformed scenarios, each made from its seed alone: by text, by structure, by ``--set``.

A scenario that is sound is spoilt in one to four places. What comes out may still be sound; then it
must run. ``malformed(seed)`` gives the same text and settings on every machine and in every
version of Python, as long as the sound scenario below stays what it is.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from tests.fuzz import examples
from tests.scenario.example import FEEDBACK, TEXT

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Malformed:
    """A scenario that may be wrong, and settings that may be wrong."""

    text: str
    """What the file holds; characters that UTF-8 has not are halves of pairs."""
    sets: tuple[str, ...]
    """Arguments of ``--set``."""
    how: str
    """What was done to it, for people."""

    def data(self) -> bytes:
        """What the file holds, as bytes: halves of characters stand as bytes that are no text."""
        return self.text.encode("utf-8", "surrogatepass")


def malformed(seed: int) -> Malformed:
    """The malformed scenario of a seed."""
    chance = random.Random(seed)  # Mersenne Twister: its output is promised never to change
    kind = KINDS[seed % len(KINDS)]
    return kind(chance)


def malformed_data(seed: int) -> Any:
    """What a program may hand over instead of a file: plain data, and things that are none."""
    chance = random.Random(f"data {seed}")
    data = copy.deepcopy(_sound(chance.randrange(2)))
    for _ in range(chance.choice([1, 1, 2])):
        paths = list(_paths(data))
        path = chance.choice(paths)
        holder = _at(data, path[:-1])
        what: Any = chance.choice(NO_DATA + ODD)
        if isinstance(holder, dict) and chance.randrange(5) == 0:
            holder[chance.choice([7, None, ("a",), "\ud800", 10**400])] = what
        else:
            holder[path[-1]] = what
    return data


NO_DATA: tuple[Any, ...] = (
    float("nan"), float("-inf"), 10**5_000, b"x", object(), {1, 2}, dt.date(2017, 4, 18), "\ud800",
    "x" * 100_000, {"a": {"\udfff": 1}}, functools.reduce(lambda held, _: [held], range(60), 1),
    list(range(200_001)), {7: 1}, (1, 2),
)  # fmt: skip
"""Values that no file could hold, or not so many."""


# ── What goes wrong ──────────────────────────────────────────────────────────────────────────────

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 0.5, 1.5, -0.5, 33, 100, 1e-9, 1e-300, 1e40, 10**20, 10**39,
    10**400, float("inf"), float("nan"), "", " ", "x", "rest", "none", "all", "nan", "1e9", "-0",
    "0 %", "100 %", "33 %", "101 %", "-3 %", "0.0000001 %", "99.9999999 %", "%",
    "0 s", "1 ms", "25 s", "59 s", "1 h", "61 min", "400 d", "401 d", "99999999 d", "1 fortnight",
    "1h30min", "1.5 s", "0.0001 s", "1_0 s", "٣ s", "00:00", "09:00", "12:07", "23:59", "24:00",
    "24:01", "9", "mon", "mon-fri", "sun-sat", "noday", ["mon", "sun"], [], [[]], {}, [{}],
    "2017-04-18 10:00", "2017-04-21 20:00", "2017-03-26 02:30", "2017-10-29 02:30",
    "1970-01-01 00:00",
    "2100-12-31 23:59", "0001-01-01 00:00", "2017-02-30 10:00", "2017-04-18", "1/3", "1/0", "0/1",
    "999999/1000000", "0.001", "1000001", "0.010 EUR", "0 EUR", "1e3 EUR", "1 USD", "9999999 EUR",
    "Europe/Paris", "europe/paris", "Etc/GMT+5", "Africa/Monrovia", "Pacific/Apia", "../etc/passwd",
    "EST", "FR", "FR-974", "XX", "us-landline", "us-mobile", "as-run", "half", "mainland",
    "landline", "fr-cnil-political", "us-tcpa-political", "nobody.yaml", "/dev/null", "a\0b",
    "\ud800", "\ud83d\ude00", "\x1b[31m", "é" * 30, "z" * 5_000, "constant", "exponential",
    {"law": "constant", "value": "12 s"}, {"law": "uniform", "shortest": "1 s", "longest": "1 s"},
    {"law": "exponential", "mean": "1 ms"}, {"law": "lognormal", "median": "1 ms", "p90": "1 h"},
    {"law": "lognormal", "median": "30 s", "p90": "30001 ms"}, {"law": "pareto", "mean": "3 s"},
    {"law": "survival", "points": {"1 ms": "99 %", "1 h": "1 %"}},
    {"law": "survival", "points": {"1 s": 0.5, "2 s": 0.4999999999}}, {"law": ["constant"]},
    {"low": 0, "central": 0, "high": 0}, {"low": "1 %", "central": "2 %", "high": "99 %"},
    {"low": 1, "central": 2}, {"central": 1, "shape": "log-uniform"},
    {"low": 3, "central": 2, "high": 1},
    {"source": "P10"}, {"a": {"b": {"c": {}}}}, {"x": None},
)  # fmt: skip
"""Values that stand at the edge of something, or far beyond it, for any key."""
CHARACTERS = "\0\t\n\r \x1b\x85\u2028\ufeff\ud800\U0001f600é{}[]:,-?#&*!|>'\"%@`~<0aA_./="


def _spoil(chance: random.Random, data: Any) -> str:
    """Change one thing in plain data; tell what."""
    paths = list(_paths(data))
    path = chance.choice(paths)
    holder, key = _at(data, path[:-1]), path[-1]
    change = chance.randrange(10)
    if change < 5:
        holder[key] = copy.deepcopy(chance.choice(ODD))
        return f"{path} = {str(holder[key])[:40]!r}"
    if change == 5:
        del holder[key]
        return f"{path} taken away"
    if change == 6 and isinstance(holder, dict):
        name = chance.choice(
            ["", "x", f"{key}s", str(key).upper(), "\x1b", "a.b", "base", "z" * 99]
        )
        holder[name] = holder.pop(key)
        return f"{path} called {name[:20]!r}"
    if change == 7:
        other = chance.choice(paths)
        holder[key] = copy.deepcopy(_at(data, other))
        return f"{path} = what stands at {other}"
    if change == 8:
        times = chance.choice([2, 3, 30, 300])
        holder[key] = [copy.deepcopy(holder[key]) for _ in range(times)]
        return f"{path} = {times} times itself"
    names = [
        f"{chance.choice(['n', 'territory-', 'ü'])}{i}" for i in range(chance.choice([3, 250]))
    ]
    value = holder[key]
    inner = next(iter(value.values()), value) if isinstance(value, dict) else value
    holder[key] = {name: copy.deepcopy(inner) for name in names}
    return f"{path} = {len(names)} names for one thing"


def _by_structure(chance: random.Random) -> Malformed:
    data = copy.deepcopy(_sound(chance.randrange(2)))
    how = [_spoil(chance, data) for _ in range(chance.choice([1, 1, 1, 2, 4]))]
    return Malformed(written(data, chance.randrange(2) == 0), (), "; ".join(how))


def _by_number(chance: random.Random) -> Malformed:
    """Numbers that are moved towards their edges: what comes out is often sound."""
    data = copy.deepcopy(_sound(chance.randrange(2)))
    how = []
    for _ in range(chance.choice([1, 2, 3, 6])):
        path = chance.choice(
            [p for p in _paths(data) if not isinstance(_at(data, p), (dict, list))]
        )
        old = _at(data, path)
        new: Any = chance.choice(_near(old))
        _at(data, path[:-1])[path[-1]] = new
        how.append(f"{path} = {new!r}")
    return Malformed(written(data, False), (), "; ".join(how))


def _near(old: Any) -> tuple[Any, ...]:
    """Values of the kind of another, at their edges."""
    text = str(old)
    if text.endswith("%"):
        return "0 %", "0.0001 %", "1 %", "50 %", "99.9999 %", "100 %"
    if text.rsplit(" ", 1)[-1] in ("ms", "s", "min", "h", "d"):
        return "0 s", "1 ms", "999 ms", "1 s", "6 s", "30 s", "10 min", "1 h", "1 d", "7 d", "400 d"
    if text[:4].isdigit() and "-" in text:
        return "2017-04-18 10:01", "2017-04-21 19:59", "2017-04-17 00:00", "2018-05-01 00:00"
    if ":" in text:
        return "00:00", "00:01", "09:00", "13:00", "23:59", "24:00"
    if isinstance(old, bool):
        return (not old,)
    if isinstance(old, (int, float)):
        return 0, 1, 2, 3, 50, 64, 1_000, 65_535, 1_000_000, 10**8, 2**63, 2**64 - 1, 1e-9, 0.5, 1e9
    return (old, *(word for word in ODD if isinstance(word, str) and len(word) < 20))


def _by_text(chance: random.Random) -> Malformed:
    text = (TEXT, FEEDBACK)[chance.randrange(2)]
    how = []
    for _ in range(chance.choice([1, 1, 2, 3])):
        if not text:  # the end came first
            break
        at, length = chance.randrange(len(text)), chance.choice([0, 1, 1, 2, 8, 60])
        cut, rest = text[at : at + length], text[at + length :]
        change = chance.randrange(6)
        if change == 0:
            text, what = text[:at] + rest, "taken away"
        elif change == 1:
            some = "".join(chance.choice(CHARACTERS) for _ in range(chance.choice([1, 1, 2, 5])))
            text, what = text[:at] + some + rest, f"{some!r}"
        elif change == 2:
            times = chance.choice([2, 3, 50])
            text, what = text[:at] + cut * times + rest, f"{times} times"
        elif change == 3:
            text, what = text[:at], "the end"
        elif change == 4:
            lines = text.split("\n")
            line = chance.randrange(len(lines))
            lines[line] = " " * chance.choice([1, 2, 3]) + lines[line]
            text, what = "\n".join(lines), f"line {line + 1} further in"
        else:
            lines = text.split("\n")
            one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            text, what = "\n".join(lines), f"lines {one + 1} and {other + 1} change places"
        how.append(f"{at}: {what}")
    return Malformed(text, (), "; ".join(how))


def _by_setting(chance: random.Random) -> Malformed:
    text = (TEXT, FEEDBACK)[chance.randrange(2)]
    data = _sound(1)
    sets = []
    for _ in range(chance.choice([1, 1, 2, 3])):
        path = ".".join(map(str, chance.choice(list(_paths(data)))))
        if chance.randrange(6) == 0:
            path = chance.choice(
                (
                    "",
                    ".",
                    "a..b",
                    "x",
                    "a." * 3_000,
                    "a" + ".a" * 300,
                    f"{path}.0",
                    f"{path}.-1",
                    path.upper(),
                    f"strategies.half.{path}",
                    "strategies",
                    "strategies.new",
                    "extends",
                    "é",
                    "\udcff",
                    "\x1b[1m",
                )
            )
        value = chance.choice(ODD)
        told = value if isinstance(value, str) else written(value, True).strip()
        equals = "" if chance.randrange(30) == 0 else "="
        sets.append(f"{path}{equals}{told}".replace("\0", ""))
    return Malformed(text, tuple(sets), "--set")


def _by_size(chance: random.Random) -> Malformed:
    """Much of something."""
    n = chance.choice([300, 3_000, 30_000])
    more, how = chance.choice(
        [
            ("strategies:\n" + "".join(f"  s{i}: {{}}\n" for i in range(n)), "strategies"),
            ("x: [" + "1, " * n + "1]\n", "entries"),
            ("x:\n" + "  - {a: 1}\n" * n, "maps"),
            ("".join(f"k{i}: {i}\n" for i in range(n)), "unknown keys"),
            ("x: " + "[" * n + "]" * n + "\n", "brackets"),
            ("x: '" + "y " * n + "'\n", "words"),
            ("x: " + "9" * n + "\n", "digits"),
            ("k" * n + ": 1\n", "letters of a key"),
            ("# " + "y" * n + "\n", "letters of a comment"),
            ("\n" * n, "empty lines"),
            ("regimes: [" + "fr-cnil-political, " * n + "]\n", "regimes"),
            ("x: &a 1\ny: [" + "*a, " * n + "]\n", "aliases"),
            ("regulator: " * n + "\n", "colons"),
        ]
    )
    base = TEXT.replace("strategies:\n", "", 1) if more.startswith("strategies") else TEXT
    base = base[: base.index("  as-run: {}")] if more.startswith("strategies") else base
    return Malformed(base + more, (), f"{n} {how}")


def _by_example(chance: random.Random) -> Malformed:
    """Faults that the tests know of, several at once, and now and then a part of the text lost."""
    known = examples.scenarios()
    chosen = tuple(known[chance.randrange(len(known))] for _ in range(chance.choice([1, 1, 2, 3])))
    text, sets = examples.together(chosen)
    how = "; ".join(str(change) for example in chosen for change in example.changes)
    if chance.randrange(4) == 0:
        at = chance.randrange(len(text))
        text = text[:at] + text[at + chance.choice([1, 8, 60]) :]
        how += f"; {at}: taken away"
    return Malformed(text, sets, how)


KINDS: tuple[Callable[[random.Random], Malformed], ...] = (
    _by_structure, _by_number, _by_setting, _by_structure, _by_text, _by_number, _by_setting,
    _by_structure, _by_number, _by_text, _by_size, _by_example, _by_example,
)  # fmt: skip
"""One after the other, as often as they are worth."""


# ── Plain data and text ──────────────────────────────────────────────────────────────────────────


@cache
def _sound(number: int) -> Any:
    """A sound scenario as plain data."""
    return YAML(typ="safe", pure=True).load((TEXT, FEEDBACK)[number])


def _paths(data: Any, path: Path = ()) -> Iterator[Path]:
    """Every path in plain data, but the top itself."""
    if path:
        yield path
    if isinstance(data, (dict, list)):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _paths(value, (*path, key))


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def written(data: Any, flow: bool) -> str:
    """Plain data as YAML: as JSON on one line, or in lines where its maps allow it."""
    if flow or not isinstance(data, dict):
        return _scalar(data) + "\n"
    return "".join(_lines(data, 0))


def _lines(data: dict[str, Any], depth: int) -> Iterator[str]:
    for key, value in data.items():
        head = "  " * depth + _scalar(key) + ":"
        if isinstance(value, dict) and value and depth < 6:
            yield head + "\n"
            yield from _lines(value, depth + 1)
        else:
            yield f"{head} {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    return json.dumps(value).replace("Infinity", ".inf").replace("NaN", ".nan")
