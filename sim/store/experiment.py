"""What a sweep or a plan found, kept in its folder beside the runs that it was found by.

``experiment.json`` holds the document as the command prints it with ``--json``, sealed like a
manifest; it is written last and anew each time the command is given. Nothing in it tells when or
where it was made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from sim.errors import RunDirectoryError
from sim.store.checked import read_json
from sim.store.manifest import SEAL, seal
from sim.store.partial import put

EXPERIMENT: Final = "experiment.json"
FORMAT: Final = "ringfence-experiment"
FORMAT_VERSION: Final = 1
KINDS: Final = {
    "ringfence-sweep/1": "sweep",
    "ringfence-plan/1": "plan",
    "ringfence-plan-frontier/1": "plan",
}
"""By the schema of the document that is kept: its command."""
NUMBERS: Final = ("people_reached", "complaints", "cost", "attempts")
"""Of a point of a sweep, beside metrics that were asked for."""


def keep(folder: Path, document: Mapping[str, Any]) -> None:
    """Keep what was found.

    Raises
    ------
    RunDirectoryError
        If it cannot be written.
    """
    whole: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "document": dict(document),
    }
    whole[SEAL] = seal(whole)
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        put(folder / EXPERIMENT, text.encode())
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunDirectoryError(f"cannot write {folder / EXPERIMENT}: {reason}") from error


def is_experiment(folder: Path) -> bool:
    """Whether a folder holds what a sweep or a plan found."""
    return (folder / EXPERIMENT).is_file()


def load_experiment(folder: Path) -> dict[str, Any]:
    """The document of a sweep or a plan.

    Raises
    ------
    RunDirectoryError
        If it cannot be read, is of a newer format, or is not as the command left it.
    """
    file = folder / EXPERIMENT
    if file.is_symlink():
        raise RunDirectoryError(f"{file} is a link, which is not followed")
    content = read_json(file, RunDirectoryError)
    if content.get("format") != FORMAT:
        raise RunDirectoryError(f"{file} is no experiment of Ringfence's")
    version, document = content.get("format_version"), content.get("document")
    schema = document.get("schema") if isinstance(document, dict) else None
    if version != FORMAT_VERSION or schema not in KINDS:
        raise RunDirectoryError(
            f"{folder} has experiment format {version}, {schema}; this version reads "
            f"{FORMAT_VERSION}, {' and '.join(KINDS)}",
            remedy="use the Ringfence that made it, or give its command again",
        )
    if content.get(SEAL) != seal(content):
        raise RunDirectoryError(
            f"{file} is not as the command left it: it differs from its own digest"
        )
    assert isinstance(document, dict)
    return document


def kind_of(document: Mapping[str, Any]) -> str:
    """``sweep`` or ``plan``."""
    return KINDS[document["schema"]]


def table_of(document: Mapping[str, Any]) -> pa.Table:
    """What was found as a table: of a sweep its points, of a plan what is enough in each draw."""
    if document["schema"].startswith("ringfence-plan-frontier/"):
        first, second = document["solve"]
        return pa.Table.from_pylist(
            [
                {
                    first: point["value"],
                    second: point["answer"],
                    "kept": point["kept"],
                    "within_budget": point["within_budget"],
                    **point["numbers"],
                }
                for point in document["points"]
            ]
        )
    if kind_of(document) == "plan":
        roots = document["roots"]
        return pa.table(
            {
                "draw": pa.array(range(1, len(roots) + 1), pa.int32()),
                "enough": pa.array(roots, pa.float64()),
            }
        )
    rows = [
        {
            **point["settings"],
            "strategy": name,
            **dict(_numbers(one)),
            "finished": one["finished"],
            "read": one["read"],
        }
        for point in document["points"]
        for name, one in point["strategies"].items()
    ]
    return pa.Table.from_pylist(rows)


def _numbers(one: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    told = {**{name: one[name] for name in NUMBERS}, **one["metrics"]}
    return [
        (f"{name}_{end}", None if spread is None else float(spread[end]))
        for name, spread in told.items()
        for end in ("p5", "p50", "p95")
    ]
