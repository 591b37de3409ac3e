"""The parameters of a run that a reader should know, each told once."""

from __future__ import annotations

from typing import Any

from analysis.view.run import RunView


def parameters(run: RunView) -> list[dict[str, Any]]:
    """The parameters that a reader should know, one dict a row, in the scenario's order.

    Those of strategies that did not run are left out. One that several strategies have, with the
    same values and source, is one row: its path has ``*`` for the strategy. Where values differ,
    there is a row for each, named after the first strategy that has them.
    """
    table = run.table("parameters")
    names = sorted(run.strategies, key=len, reverse=True)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for i, path in enumerate(map(str, table["path"])):
        row = {name: values[i] for name, values in table.items()}
        if path.startswith("strategies."):
            owner = next((n for n in names if path.startswith(f"strategies.{n}.")), None)
            if owner is None:
                continue
            if len(names) > 1:
                path = f"strategies.*.{path.removeprefix(f'strategies.{owner}.')}"
        same = tuple(str(value) for name, value in row.items() if name != "path")
        found.setdefault((path, *same), row)
    shared = [key[0] for key in found]
    return [
        {**row, "path": key[0]} if shared.count(key[0]) == 1 else row for key, row in found.items()
    ]
