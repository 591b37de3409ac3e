"""What one strategy's run found: its totals, and its rows of every table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.measure.cases import Cases
from sim.measure.chapter import Shelf
from sim.measure.chapters import CHAPTERS
from sim.measure.chapters.money import MoneyTotals
from sim.measure.chapters.objections import Objections, objections_of
from sim.measure.columns import SHEETS
from sim.measure.evidence import Evidence
from sim.measure.lines import survey
from sim.measure.rows import Block
from sim.measure.tally import Tally
from sim.measure.totals import Totals
from sim.record.feedback import FeedbackResult
from sim.record.result import EngineResult
from sim.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Findings:
    """One strategy's part of the results."""

    strategy: str
    totals: Totals
    """Counts, chapter by chapter."""
    blocks: dict[str, Block]
    """Rows by table, for every table of every chapter; those of chances where they were asked."""
    objections: Objections
    """Objections to further calls."""
    feedback: FeedbackResult | None
    """What followed from the calls, line by line; None where the plan has no feedback."""
    strays: int
    """Lines on which the engine's state and its log disagree."""
    log_rows: int
    """Rows of the call log."""
    final_attempts: int
    """Attempts by the engine's final state of the recipients."""
    cases: Cases | None = None
    """The log's ledger of cases; None where nobody kept one."""

    @property
    def currency(self) -> str | None:
        """ISO 4217 code of the strategy's prices, or None where nothing has a price."""
        return self.totals[MoneyTotals].currency

    def on(self, shelf: Shelf) -> Iterator[tuple[str, Block]]:
        """The tables of one shelf, by name."""
        return ((name, rows) for name, rows in self.blocks.items() if SHEETS[name].shelf is shelf)

    def sum(self, table: str, column: str) -> int:
        """Sum of a column of whole numbers or flags."""
        return int(self.blocks[table][column].sum())


def find(
    tally: Tally,
    attempts: NDArray[np.uint8],
    scenario: Scenario,
    strategy: str,
    scale: Fraction = Fraction(1),
    result: EngineResult | None = None,
    cases: Cases | None = None,
    *,
    chances: bool = True,
) -> Findings:
    """Close a tally.

    Parameters
    ----------
    tally
        The tally of the whole log.
    attempts : (lines,) uint8
        Attempts made to each line: the engine's final state.
    scenario
        The scenario; whether it is scaled does not matter here.
    strategy
        Name of the strategy.
    scale
        Effective scale: lines simulated ÷ lines at full size.
    result
        What the engine knows beside the log and the attempts; left out, that nothing acted back.
    cases
        The log's ledger of cases.
    chances
        Whether the tables of chances are worked out, which takes some 50 ms and is read by
        nobody where runs are many.
    """
    rules = scenario.strategies[strategy]
    result = result or EngineResult(attempts, tally.rows)
    lines = survey(
        tally, attempts, rules.reached_when.voicemail, result.until_ms, result.stopped_ms
    )
    evidence = Evidence(tally, lines, result, scenario, strategy, scale, cases)
    wanted = ((n, s) for n, s in SHEETS.items() if chances or s.shelf is not Shelf.CHANCES)
    parts = (chapter.totals(evidence) for chapter in CHAPTERS)
    return Findings(
        strategy=strategy,
        totals=Totals.of(*(part for part in parts if part is not None), scale=scale),
        blocks={name: sheet.rows(evidence) for name, sheet in wanted},
        objections=objections_of(evidence),
        feedback=result.feedback,
        strays=lines.strays,
        log_rows=tally.rows,
        final_attempts=int(attempts.sum(dtype=np.int64)),
        cases=cases,
    )
