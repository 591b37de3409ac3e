"""A key file, and what it makes of a phone number: something that nobody can turn back without it.

All numbers of a country go through a plain hash in minutes. A keyed one (HMAC) tells nothing to who
lacks the key, and is the same for calls, lists and years that are read with one key.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from sim.errors import OptionError
from sim.outputs import Kind, claim

MARK = "ringfence-line-key-1:"
KEY = Kind("a key of ringfence", MARK.encode())
_FORM = re.compile(re.escape(MARK) + r"(?P<hex>[0-9a-f]{64})\s*", re.ASCII)
DIGITS = 32
"""Hex digits of a line: the first 128 bits of the HMAC."""


def make_key(path: Path) -> None:
    """Write a new key that its owner alone can read; it replaces nothing.

    Raises
    ------
    sim.errors.OutputError
        If it cannot be written there.
    """
    _outside(path)
    claim(path, KEY, private=True).write(f"{MARK}{secrets.token_bytes(32).hex()}\n")


def read_key(path: Path) -> bytes:
    """The key in a file.

    Raises
    ------
    OptionError
        If there is none, or somebody else could read or change it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(handle, encoding="ascii", errors="replace") as file:
            status = os.fstat(handle)
            text = file.read(200) if stat.S_ISREG(status.st_mode) else ""
    except OSError as error:
        raise OptionError(
            f"cannot read the key {path}: {error.strerror}",
            remedy=f"ringfence key {path} makes one",
        ) from None
    found = _FORM.fullmatch(text)
    if found is None:
        raise OptionError(f"{path} is no key of ringfence", remedy="ringfence key FILE makes one")
    if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise OptionError(f"others can read the key {path}", remedy=f"chmod 600 {path}")
    _outside(path)
    return bytes.fromhex(found["hex"])


def not_inside(key: Path, out: Path) -> None:
    """See that a key does not lie in what is written with it.

    Raises
    ------
    OptionError
        If it does, or would.
    """
    folder = Path(os.path.realpath(out))
    if Path(os.path.realpath(key)).is_relative_to(folder):
        raise OptionError(
            f"the key {key} lies in {out}: who is given the one must not have the other",
            remedy="keep it elsewhere",
        )


def _outside(path: Path) -> None:
    """A key lies in no directory that an import made."""
    for folder in Path(os.path.realpath(path)).parents:
        if (folder / "import.json").is_file():
            raise OptionError(
                f"{folder} holds imported calls: their key must not lie there",
                remedy="keep it elsewhere",
            )


def line_id(key: bytes, number: str) -> str:
    """What stands for a line: 32 hex digits of an HMAC-SHA256 of its number, as +33199000000."""
    return hmac.digest(key, number.encode(), "sha256").hex()[:DIGITS]
