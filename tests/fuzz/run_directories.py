"""Damaged run directories and baselines, made from sound ones by a seed.

:func:`damage_run` spoils a copy of a run in one way, :func:`damaged_baseline` the text of a
baseline. The same seed gives the same damage. A forged run has a manifest that was sealed again,
and entries that fit the spoilt files: it passes the digests, so that what stands behind them is
tried.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.store.manifest import MANIFEST, METRICS, SCENARIO, SEAL, seal

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**400, 0.5, -0.0, 1e308, "", "x", "1", "\x1b[31m",
    "\ud800", "a\nb", "../manifest.json", "/etc/hostname", [], {}, [None], {"a": 1}, [[]] * 3,
)  # fmt: skip
"""Values of every type, some of them hostile."""
NAMES = ("../x", "/x", "a/b", "", ".", "..", "x\0y", "calls.parquet", "CALLS.PARQUET", "\x1b[0m")


def damage_run(run: Path, seed: int, *, forged: bool = False) -> str:
    """Spoil a run directory in place; what was done, in words.

    Parameters
    ----------
    run
        A copy of a sound run.
    seed
        Names the damage.
    forged
        Whether entries and seal are made to fit afterwards.
    """
    dice = random.Random(f"run {seed} {forged}")
    kinds: list[Callable[[Path, random.Random], str]] = [
        _flip_bits, _cut, _grow, _remove, _swap, _link, _folder, _edit_manifest, _edit_manifest,
        _edit_manifest, _edit_metrics, _edit_digit, _rename_in_manifest, _write_rubbish,
    ]  # fmt: skip
    if forged and dice.random() < 0.6:
        return dice.choice((_break_rule, _break_rule, _break_table))(run, dice)
    done = dice.choice(kinds)(run, dice)
    if forged:
        _forge(run)
    return done


def damaged_baseline(text: str, seed: int) -> tuple[bytes, str]:
    """The text of a baseline, spoilt, and what was done, in words."""
    dice = random.Random(f"baseline {seed}")
    if dice.random() < 0.3:
        content = bytearray(text.encode())
        where = dice.randrange(len(content))
        how = dice.choice(("flip", "cut", "insert"))
        if how == "flip":
            content[where] ^= 1 << dice.randrange(8)
        elif how == "cut":
            del content[where:]
        else:
            content[where:where] = dice.choice((b'"', b"{", b"\0", b"\xff", b"[" * 5000, b"NaN"))
        return bytes(content), f"{how} at {where}"
    document = json.loads(text)
    done = _edit(document, dice)
    return json.dumps(document).encode(), done


# ── Ways to spoil ────────────────────────────────────────────────────────────────────────────────


def _any_file(run: Path, dice: random.Random) -> Path:
    return dice.choice(sorted(p for p in run.iterdir() if p.is_file() and not p.is_symlink()))


def _flip_bits(run: Path, dice: random.Random) -> str:
    file = _any_file(run, dice)
    content = bytearray(file.read_bytes())
    bits = dice.choice((1, 20))
    for _ in range(bits):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    file.write_bytes(content)
    return f"{bits} bits of {file.name}"


def _cut(run: Path, dice: random.Random) -> str:
    file = _any_file(run, dice)
    content = file.read_bytes()
    file.write_bytes(content[: dice.randrange(len(content))])
    return f"{file.name} cut"


def _grow(run: Path, dice: random.Random) -> str:
    file = _any_file(run, dice)
    file.write_bytes(file.read_bytes() + dice.choice((b"\n", b" {}", b"\0")))
    return f"{file.name} grown"


def _remove(run: Path, dice: random.Random) -> str:
    file = _any_file(run, dice)
    file.unlink()
    return f"{file.name} removed"


def _swap(run: Path, dice: random.Random) -> str:
    one, other = dice.sample(sorted(run.glob("*.parquet")), 2)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return f"{one.name} and {other.name} swapped"


def _link(run: Path, dice: random.Random) -> str:
    file = _any_file(run, dice)
    beside = run.with_name(f"{run.name}-{file.name}")
    file.rename(beside)
    file.symlink_to(beside)
    return f"{file.name} a link"


def _folder(run: Path, dice: random.Random) -> str:
    file = _any_file(run, dice)
    file.unlink()
    file.mkdir()
    return f"{file.name} a folder"


def _edit_manifest(run: Path, dice: random.Random) -> str:
    document = json.loads((run / MANIFEST).read_text("utf-8"))
    done = _edit(document, dice)
    (run / MANIFEST).write_text(json.dumps(document), "utf-8")
    return f"{MANIFEST}: {done}"


def _edit_metrics(run: Path, dice: random.Random) -> str:
    document = json.loads((run / METRICS).read_text("utf-8"))
    done = _edit(document, dice)
    (run / METRICS).write_text(json.dumps(document), "utf-8")
    return f"{METRICS}: {done}"


def _edit_digit(run: Path, dice: random.Random) -> str:
    file = run / dice.choice((MANIFEST, METRICS, SCENARIO))
    text = file.read_text("utf-8")
    where = dice.choice([i for i, sign in enumerate(text) if sign.isdigit()])
    other = str((int(text[where]) + dice.randint(1, 9)) % 10)
    file.write_text(text[:where] + other + text[where + 1 :], "utf-8")
    return f"a digit of {file.name}"


def _rename_in_manifest(run: Path, dice: random.Random) -> str:
    document = json.loads((run / MANIFEST).read_text("utf-8"))
    old, new = dice.choice(sorted(document["files"])), dice.choice(NAMES)
    document["files"][new] = document["files"].pop(old)
    (run / MANIFEST).write_text(json.dumps(document), "utf-8")
    return f"{MANIFEST}: {old} called {new!r}"


def _write_rubbish(run: Path, dice: random.Random) -> str:
    file = _any_file(run, dice)
    file.write_bytes(dice.choice((b"", b"{", b"[]", b"null", b"\xff\xfe", b"PAR1", b"[" * 100_000)))
    return f"{file.name} rubbish"


def _twice(manifest: Any) -> None:
    manifest["strategies"].append(manifest["strategies"][0])


def _no_plan(manifest: Any) -> None:
    manifest["plans"].popitem()


def _no_file(manifest: Any) -> None:
    del manifest["files"]["timeline.parquet"]


def _plain_table(manifest: Any) -> None:
    listed = manifest["files"]["timeline.parquet"]
    del listed["rows"], listed["values_sha256"]


def _rows_of_text(manifest: Any) -> None:
    manifest["files"][METRICS] |= {"rows": 1, "values_sha256": "0" * 64}


def _other_scenario(manifest: Any) -> None:
    manifest["scenario"]["sha256"] = "0" * 64


def _other_values(manifest: Any) -> None:
    manifest["files"]["timeline.parquet"]["values_sha256"] = "0" * 64


def _absent(manifest: Any) -> None:
    manifest["files"]["absent.txt"] = {"bytes": 1, "sha256": "0" * 64}


def _says(key: str, value: Any) -> Callable[[Any], None]:
    def broken(manifest: Any) -> None:
        manifest[key] = value

    return broken


_RULES: dict[str, Callable[[Any], None]] = {
    "a strategy twice": _twice,
    "a strategy without a plan": _no_plan,
    "a table missing": _no_file,
    "a table listed as text": _plain_table,
    "a text listed as a table": _rows_of_text,
    "another scenario's digest": _other_scenario,
    "other values": _other_values,
    "a file that is not there": _absent,
    "another format": _says("format", "other"),
    "a newer version": _says("format_version", 2),
    "no version": _says("format_version", True),
    "not complete": _says("status", "running"),
    "a link out of it": lambda manifest: manifest["files"].update({"laws/x": {"bytes": 0}}),
}
"""Every rule of a manifest, broken."""
_METRICS: tuple[dict[str, Any], ...] = (
    {"x": 1}, {"nobody.attempts": 1}, {"all-channels.attempts": True},
    {"all-channels.attempts": "1"}, {"all-channels.attempts": [1]}, {},
)  # fmt: skip
_TEXTS: tuple[bytes, ...] = (
    b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": ' + b"9" * 5_000 + b"}", b"[" * 100_000, b"[1]",
    b'{"a": "\xe9"}', b'{"a"', b"",
)  # fmt: skip
"""JSON that is none, or no map, each for a reason of its own."""


def _break_rule(run: Path, dice: random.Random) -> str:
    """Break one rule of the manifest, of metrics or of JSON, and seal what says so anew."""
    file, how = run / MANIFEST, dice.choice((*sorted(_RULES), "metrics", "text", "size", "no file"))
    document = json.loads(file.read_text("utf-8"))
    if how in _RULES:
        _RULES[how](document)
    elif how == "metrics":
        _rewrite(run, METRICS, json.dumps(dice.choice(_METRICS)).encode(), document)
    elif how == "text":
        if dice.random() < 0.5:
            file.write_bytes(dice.choice(_TEXTS))
            return "manifest: JSON that is none"
        _rewrite(run, METRICS, dice.choice(_TEXTS), document)
    elif how == "size":
        with file.open("ab") as stream:
            stream.truncate((64 << 20) + 1)  # a hole: it takes no room on disk
        return "manifest: too large"
    else:
        file.unlink()
        return "no manifest"
    document[SEAL] = seal(document)
    file.write_text(json.dumps(document), "utf-8")
    return f"manifest: {how}, sealed"


def _break_table(run: Path, dice: random.Random) -> str:
    """Another table where one is wanted, with all digests right but perhaps those of its values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.store.digest import TableDigest

    name = dice.choice(sorted(path.name for path in run.glob("*.parquet")))
    document = json.loads((run / MANIFEST).read_text("utf-8"))
    table = pq.read_table(run / name)
    how = dice.choice(
        (
            *("a column gone", "a column of another type", "a column of another type"),
            *("a name twice", "no rows", "cut", "empty"),
        )
    )
    if how == "a column gone":
        table = table.drop_columns([dice.choice(table.column_names)])
    elif how == "a column of another type":
        at = dice.randrange(table.num_columns)
        other = dice.choice(
            (
                pa.array(["x"] * table.num_rows, pa.string()),
                pa.nulls(table.num_rows),
                pa.array([[1]] * table.num_rows, pa.list_(pa.int64())),
                pa.array([{"a": 1}] * table.num_rows, pa.struct([("a", pa.int64())])),
                pa.array([b"x"] * table.num_rows, pa.binary()),
            )
        )
        table = table.set_column(at, table.column_names[at], other)
    elif how == "a name twice":
        table = table.append_column(table.column_names[0], table.column(0))
    elif how == "no rows":
        table = table.slice(0, 0)
    elif how == "empty":
        table = pa.table({})
    pq.write_table(table, run / name)
    content = (run / name).read_bytes()
    if how == "cut":
        content = content[: dice.randrange(len(content))]
    _rewrite(run, name, content, document)
    if dice.random() < 0.8:
        digest = TableDigest()
        with contextlib.suppress(IndexError, KeyError, NotImplementedError, TypeError, ValueError):
            digest.update(table)  # of types that no table of ours has it makes nothing
        listed = document["files"][name]
        listed |= {"rows": table.num_rows, "values_sha256": digest.hexdigest()}
    document[SEAL] = seal(document)
    (run / MANIFEST).write_text(json.dumps(document), "utf-8")
    return f"{name}: {how}, sealed"


def _rewrite(run: Path, name: str, content: bytes, document: Any) -> None:
    """Other content of a file, and a manifest that fits it."""
    (run / name).write_bytes(content)
    listed = document["files"][name]
    listed |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _edit(document: Any, dice: random.Random) -> str:
    """Change one place of a JSON document: another value, gone, doubled, or called otherwise."""
    here, path = document, []
    while True:
        keys = sorted(here) if isinstance(here, dict) else list(range(len(here)))
        key = dice.choice(keys)
        path.append(str(key))
        below = here[key]
        if not isinstance(below, dict | list) or not below or dice.random() < 0.25:
            break
        here = below
    how = dice.choice(("odd", "odd", "odd", "gone", "copied", "renamed"))
    if how == "odd":
        here[key] = copy.deepcopy(dice.choice(ODD))
    elif how == "gone":
        del here[key]
    elif how == "copied":
        other = dice.choice(keys)
        here[key] = copy.deepcopy(here[other])
    elif isinstance(here, dict):
        here[dice.choice(NAMES)] = here.pop(key)
    else:
        here.append(below)
    return f"{'.'.join(path)} {how}"


def _forge(run: Path) -> None:
    """Make the entries and the seal of a manifest fit what is there, as far as that goes."""
    try:
        document = json.loads((run / MANIFEST).read_text("utf-8"))
        for name, listed in document["files"].items():
            if (run / name).is_file():
                content = (run / name).read_bytes()
                listed["bytes"] = len(content)
                listed["sha256"] = hashlib.sha256(content).hexdigest()
        document["scenario"]["sha256"] = document["files"][SCENARIO]["sha256"]
        document[SEAL] = seal(document)
        (run / MANIFEST).write_text(json.dumps(document), "utf-8")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return


def fresh_copy(run: Path, target: Path) -> Path:
    """A copy of a run to spoil."""
    return Path(shutil.copytree(run, target))
