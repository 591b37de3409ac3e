"""The overview in ``docs/regimes.md``, from the packs.

``python -m sim.regimes.overview docs/regimes.md`` brings the page up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from sim.regimes.load import load_regime, regime_ids
from sim.regimes.model import Regime, Rule
from sim.regimes.text import BINDS
from sim.regimes.words import dates_text

BEGIN = "<!-- regimes: begin; made by python -m sim.regimes.overview docs/regimes.md -->"
END = "<!-- regimes: end -->"


def overview(regimes: Iterable[Regime]) -> str:
    """One section a regime, with its rules as a table."""
    return "\n".join(line for regime in regimes for line in _section(regime)).strip()


def renewed(page: str) -> str:
    """A page with the part between the markers made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{overview(map(load_regime, regime_ids()))}\n{END}{after}"


def _section(regime: Regime) -> list[str]:
    return [
        f"### {regime.id}",
        "",
        f"{regime.title}.",
        f"{regime.jurisdiction}; {BINDS[regime.binds]}; {dates_text(regime.valid)}.",
        "",
        "| rule | force | dates | confidence | sources |",
        "| --- | --- | --- | --- | --- |",
        *(_row(rule) for rule in regime.rules),
        "",
        f"Not regulated: {', '.join(topic.topic for topic in regime.not_regulated) or 'not read'}.",
        "",
    ]


def _row(rule: Rule) -> str:
    reading = f", {rule.reading} reading" if rule.reading is not None else ""
    trust = f"{rule.confidence}, inferred in part" if rule.inferred else rule.confidence
    cells = (
        f"`{rule.id}`: {rule.title}{reading}",
        rule.force,
        dates_text(rule),
        trust,
        ", ".join(rule.source.ref),
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
