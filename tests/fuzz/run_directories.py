"""Damaged run directories and baselines, made from sound ones by a seed.

:func:`damage_run` spoils a copy of a run in one way, :func:`damaged_baseline` the text of a
baseline. The same seed gives the same damage. A forged run has a manifest that was sealed again,
and entries that fit the spoilt files: it passes the digests, so that what stands behind them is
tried.
"""

from __future__ import annotations

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
