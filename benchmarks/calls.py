"""The calls that every rival makes, in a file: two int32 columns, one after the other."""

from __future__ import annotations

from array import array
from pathlib import Path

from benchmarks.rivals import Call


def write_calls(file: str, hold_ms: list[int], disposition: list[int]) -> None:
    """Write calls in dialling order."""
    Path(file).write_bytes(array("i", hold_ms + disposition).tobytes())


def read_calls(file: str) -> list[Call]:
    """The calls, in dialling order."""
    columns = array("i")
    columns.frombytes(Path(file).read_bytes())
    half = len(columns) // 2
    return list(map(Call, columns[:half], columns[half:]))
