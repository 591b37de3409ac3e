"""What the evidence that was read moved, change by change: measured once, from the history.

``python -m analysis.evidence.changes`` runs each shipped scenario as it was before the evidence, as
it stood after each change to its figures, and as it ships, all with the code of today, and keeps
what was found. It reads the old files from git, and takes some minutes.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from analysis.evidence.drives import SCALES
from analysis.validation.words import prose, table
from analysis.view.rounded import rounded
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.stage import Stage
from sim.jobs.readings import Reader
from sim.jobs.scaling import scaled_down
from sim.jobs.simulate import simulate
from sim.loading.load import load
from sim.measure.metrics import at_full_size, compute
from sim.study.counts import Count, at_least, quantile

STORED = "changes.json"
BEFORE = "4bb1ade"
STEPS = {
    "012f075": "complaints within hours",
    "d61d456": "voicemail less and later",
    "c8b61b6": "answering, detection",
    "3669e1d": "channels, effects",
    "29e74fb": "consent, voters",
    "8d99f8a": "lines without voters",
    "28a96b7": "level given day three",
    "91f7485": "lines in use",
}
"""Commits that changed figures of shipped scenarios, in their order, and what each changed."""
CHANGED = ("france-2017", "uk-by-election", "canada-federal", "us-primary")
"""Scenarios that these commits changed, in the order of the page."""
SMALLER = 4
"""These runs are so many times smaller than those that say what drives an answer."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Data):
    """What one run says of one strategy."""

    people: tuple[float, float, float]
    """At central inputs, then the 5 % and 95 % point over readings."""
    live: float
    """Lines delivered live."""
    complaints: float
    """Expected."""
    most: float
    """Their 95 % point over readings and luck."""
    early: float
    """Expected reports to the regulator before the cutoff."""
    contact: float | None
    """Chance that these are enough for its contact."""


class Changes(_Data):
    """What the changes made of one scenario."""

    scenario: str
    scale: str
    before: dict[str, Row]
    """By strategy."""
    after: dict[str, Row]
    """By strategy, as it shipped when this was measured."""
    steps: dict[str, Row]
    """By what was changed: the base strategy after it."""


def measured(file: Path, scale: str, *, base_alone: bool = False) -> dict[str, Row]:
    """What a scenario says of its strategies, or of the base one alone."""
    loaded, almanac = load(file), Almanac()
    scenario = loaded.scenario
    names = (scenario.base,) if base_alone else tuple(scenario.strategies)
    top, _, bottom = scale.partition("/")
    part = Fraction(int(top), int(bottom) * SMALLER)
    small = scaled_down(scenario, part, loaded.laws, names, almanac)
    reader = Reader(Stage(small.scenario, loaded.laws, almanac=almanac), names, small.effective)
    found = {}
    for one in simulate(reader.stage, names, scale=small.effective, chances=False):
        assert one.cases is not None
        reader.read(one.strategy, one.cases)
        read, values = (
            reader.found[one.strategy],
            at_full_size(compute(one.totals), small.effective),
        )
        people = read.people / float(small.effective)
        assert read.complaints is not None
        drawn, early = read.complaints.all, read.complaints.regulator_before_cutoff
        regulator = scenario.world.regulator
        enough = None if regulator is None else regulator.thresholds.contact
        low, high = np.quantile(people[1:], (0.05, 0.95)).tolist()
        found[one.strategy] = Row(
            people=(_short(people[0]), _short(low), _short(high)),
            live=_short(float(values["lines_delivered_live"] or 0)),
            complaints=_short(drawn.mean[0]),
            most=float(quantile(Count(drawn.mean[1:], drawn.variance[1:]), 0.95)),
            early=_short(early.mean[0]),
            contact=None
            if enough is None
            else _short(at_least(Count(early.mean[1:], early.variance[1:]), enough)),
        )
    return found


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def changes(name: str, repository: Path) -> Changes:
    """Run one scenario before, between and after the changes."""
    scale = str(SCALES[name])
    with tempfile.TemporaryDirectory() as folder:

        def at(commit: str) -> Path:
            told = subprocess.run(
                ["git", "-C", str(repository), "show", f"{commit}:scenarios/{name}.yaml"],
                check=True,
                capture_output=True,
            )
            file = Path(folder) / f"{commit}.yaml"
            file.write_bytes(told.stdout)
            return file

        shipped = repository / "scenarios" / f"{name}.yaml"
        return Changes(
            scenario=name,
            scale=scale,
            before=measured(at(BEFORE), scale),
            after=measured(shipped, scale),
            steps={
                words: next(iter(measured(at(commit), scale, base_alone=True).values()))
                for commit, words in STEPS.items()
            },
        )


@cache
def stored() -> tuple[Changes, ...]:
    """What was found."""
    text = (files("analysis.evidence") / STORED).read_text(encoding="utf-8")
    return tuple(Changes.model_validate(one) for one in json.loads(text))


# ── The section of the page ──────────────────────────────────────────────────────────────────────


def section(found: tuple[Changes, ...]) -> list[str]:
    """Before and after of every shipped strategy, and the base strategies between."""
    head = (
        "strategy",
        "people reached:",
        "their band:",
        "live:",
        "complaints:",
        "P95:",
        "reports by the stop:",
        "contact:",
    )
    parts = [
        "## What the evidence changed",
        prose(
            "Each change of a figure was one change of the scenarios. Below, every strategy before "
            "the first and after the last, and the base strategy after each, run by the same code "
            "at a quarter of the sizes above, so that live lines are sure to some per cent. "
            "Complaints are expected, at central inputs; P95 is over readings and luck. A band is "
            "95 % over 5 %, of what is read: where what comes back decides calls, as in "
            "`canada-federal` since complaints come within hours and in `us-primary`, inputs that "
            "bear on it are not, and bands and P95 are too narrow (the sections above have them "
            "with everything drawn). The regulator's timeline is told by the reports that "
            "are expected by the stop and the chance that they are enough for its contact. Nothing "
            "was tuned to a result. What has been added since (`votes`, "
            "`machine_correlation`, `by_line`) moves none of it."
        ),
    ]
    for one in found:
        rows = [
            (f"`{name}`", *_arrows(one.before[name], after))
            for name, after in one.after.items()
            if name in one.before
        ]
        parts += [f"### {one.scenario}", table(head, rows)]
        base = next(iter(one.after))
        between = [("before", *_cells(one.before[base]))]
        between += [(words, *_cells(row)) for words, row in one.steps.items()]
        parts.append(table(("`" + base + "`, after", *head[1:]), between))
    return parts


def _cells(row: Row) -> tuple[str, ...]:
    middle, low, high = row.people
    contact = "" if row.contact is None else f"{100 * row.contact:.0f} %"
    return (
        rounded(middle),
        f"×{high / max(low, 1e-9):.1f}",
        rounded(row.live),
        rounded(row.complaints),
        rounded(row.most),
        rounded(row.early),
        contact,
    )


def _arrows(before: Row, after: Row) -> tuple[str, ...]:
    return tuple(f"{a} → {b}" for a, b in zip(_cells(before), _cells(after), strict=True))


def main() -> None:
    """Measure all and keep it."""
    found = [changes(name, Path()) for name in CHANGED]
    text = json.dumps([one.model_dump() for one in found], indent=1, ensure_ascii=False) + "\n"
    Path(__file__).with_name(STORED).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
