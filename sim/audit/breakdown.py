"""Violations by rule, territory and local hour of the week, as columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.audit.auditor import Audit

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Cells with at least one violation, each (cells,); in order of rule, territory, hour.

    Counts of two rules are not to be added: a call may break both. Duties that count once for the
    campaign have no cell.
    """

    regime: Texts
    """Id of the regime."""
    rule: Texts
    """Id of the rule."""
    force: Texts
    """``law``, ``recommendation`` or ``voluntary``."""
    reading: Texts
    """``strict`` or ``lenient``; None where undisputed."""
    territory: Texts
    """Territory of the recipients; None where it is not known."""
    weekday: NDArray[np.uint8]
    """Local day of the week at the start of the calls, Monday 0."""
    hour: NDArray[np.uint8]
    """Local hour, 0 to 23."""
    violations: NDArray[np.int64]
    """Calls that break the rule, at least 1."""

    def __len__(self) -> int:
        return len(self.violations)

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns by name, in order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def breakdown(audits: Audit | Sequence[Audit]) -> Breakdown:
    """Violations by rule, territory and local hour of the week.

    Parameters
    ----------
    audits
        An audit, or those of one log against several regimes.

    Raises
    ------
    ValueError
        For logs of real people, whose small counts are not to be shown, and for logs that name no
        time zones.
    """
    cells: list[tuple[str, str, str, str | None, str | None, int, int, int]] = []
    for found in [audits] if isinstance(audits, Audit) else audits:
        if found.data.personal:
            raise ValueError("counts by hour and territory of real people are not to be shown")
        if found.data.calls.zone is None:
            raise ValueError("the log does not say in which time zones its recipients are")
        names = found.view.places
        for result in found.results:
            if result.campaign or result.packed is None:
                continue
            rule = result.rule
            counts = found.view.count_cells(result.packed)
            cells += [
                (
                    found.regime.id,
                    rule.id,
                    rule.force,
                    rule.reading,
                    names[place],
                    *divmod(hour, 24),
                    int(counts[place, hour]),
                )
                for place, hour in np.argwhere(counts).tolist()
            ]
    kinds = (np.object_,) * 5 + (np.uint8, np.uint8, np.int64)
    columns: list[Any] = [
        np.array([cell[number] for cell in cells], dtype=kind) for number, kind in enumerate(kinds)
    ]
    return Breakdown(*columns)
