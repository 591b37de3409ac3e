"""What one task of a study found, as one file: the same findings give the same bytes, always.

A file is a plain ``.npz`` archive, which :func:`numpy.load` opens too: ``result.json`` with the
numbers, and the arrays of each strategy's ledger of cases. Entries stand in a fixed order, bear no
time, and are compressed alike, so that two workers who did the same task can be held against each
other byte for byte.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.measure.cases import Cases
from sim.measure.metric import Number

NUMBERS: Final = "result.json"
FORMAT_VERSION: Final = 2
"""Since 2: people reached by then, and each territory."""
_DATE = (1980, 1, 1, 0, 0, 0)
_ARRAYS = ("calls", "lines", "dialled", "quarter", "silence")
_PEOPLE = "people"
_PLAIN = tuple(f.name for f in fields(Cases) if f.name not in _ARRAYS)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One strategy in one draw."""

    metrics: Mapping[str, Number]
    """Every metric of the registry, as simulated."""
    violations: Mapping[str, int]
    """By ``regime/rule``: violations of each rule that was assessed."""
    cases: Cases
    """Its ledger of cases, at the simulated scale."""
    people: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(bins,) People reached by the end of each quarter of an hour since the start, as simulated;
    empty where an earlier version ran."""
    territories: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By territory: lines on the list, and lines undialled at its cutoff, as simulated."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What one task found: all strategies in one draw, under one noise."""

    draw: int
    """Number of the draw, from 1; 0 has every input at its central value."""
    noise: int
    """Number of the noise replication, from 0."""
    values: Mapping[str, float]
    """By the path of an input: its value in this draw, share of 0–1, number, or ms."""
    found: Mapping[str, Found]
    """By strategy, in the scenario's order."""


def packed(drawn: Drawn) -> bytes:
    """The file of a task."""
    numbers = {
        "format_version": FORMAT_VERSION,
        "draw": drawn.draw,
        "noise": drawn.noise,
        "values": dict(drawn.values),
        "strategies": {
            name: {
                "metrics": dict(found.metrics),
                "violations": dict(found.violations),
                "cases": _plain(found.cases),
                "territories": {place: list(two) for place, two in found.territories.items()},
            }
            for name, found in drawn.found.items()
        },
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        text = json.dumps(numbers, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        _put(archive, NUMBERS, text.encode())
        for index, found in enumerate(drawn.found.values()):
            for key in _ARRAYS:
                _put(archive, f"{index}/{key}.npy", _array_bytes(getattr(found.cases, key)))
            _put(archive, f"{index}/{_PEOPLE}.npy", _array_bytes(found.people))
    return out.getvalue()


def unpacked(content: bytes) -> Drawn:
    """What a file of a task holds; its digest has been looked at by then."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        numbers = json.loads(archive.read(NUMBERS))
        if numbers["format_version"] > FORMAT_VERSION:
            raise ValueError(f"format {numbers['format_version']} is newer than {FORMAT_VERSION}")
        found = {}
        for index, (name, told) in enumerate(numbers["strategies"].items()):
            arrays: dict[str, Any] = {
                key: _array(archive.read(f"{index}/{key}.npy")) for key in _ARRAYS
            }
            shocks = tuple((at, where) for at, where in told["cases"].get("shocks", ()))
            cases = Cases(**arrays, **{**told["cases"], "shocks": shocks})
            further: dict[str, Any] = {}
            if numbers["format_version"] >= 2:
                further["people"] = _array(archive.read(f"{index}/{_PEOPLE}.npy"))
                places = told["territories"].items()
                further["territories"] = {place: (two[0], two[1]) for place, two in places}
            found[name] = Found(told["metrics"], told["violations"], cases, **further)
    return Drawn(numbers["draw"], numbers["noise"], numbers["values"], found)


def _plain(cases: Cases) -> dict[str, Any]:
    """What is no array; stories where there are any."""
    told = {key: getattr(cases, key) for key in _PLAIN}
    return told if cases.shocks else {k: v for k, v in told.items() if k != "shocks"}


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # else the archive tells the system that wrote it
    archive.writestr(entry, content)


def _array_bytes(values: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    little = values.astype(values.dtype.newbyteorder("<"), order="C", copy=False)
    np.lib.format.write_array(out, little, version=(1, 0), allow_pickle=False)
    return out.getvalue()


def _array(content: bytes) -> NDArray[Any]:
    found: NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return found
