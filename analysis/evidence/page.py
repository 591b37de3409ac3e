"""The page itself: each input with its law as a picture, its source, its grade, what it drives."""

from __future__ import annotations

import math
from collections import Counter

from analysis.evidence.changes import section, stored
from analysis.evidence.drives import ANSWERS, DRAWS, Answer, Drives
from analysis.evidence.measuring import FEW, measuring
from analysis.validation.words import points, prose, table
from analysis.view.rounded import rounded
from sim.document.quantity import GRADES
from sim.scenario.parameters import ParameterRow, parameters
from sim.scenario.scenario import Scenario
from sim.study.inputs import Input, groups, inputs, written
from sim.study.picture import picture, value_text

COLUMNS = 16
"""Width of a law's picture, in characters."""


def page(scenarios: dict[str, Scenario], found: tuple[Drives, ...]) -> str:
    """The whole page.

    Parameters
    ----------
    scenarios
        Those that ship, by name.
    found
        What drives each, in the order of the page.
    """
    parts = [*_opening(), *(part for one in found for part in _scenario(scenarios, one))]
    parts += [*measuring(found), *section(stored())]
    return "\n\n".join(parts) + "\n"


def _opening() -> list[str]:
    return [
        "# Evidence: what each answer rests on",
        "<!-- Made by `python -m analysis.evidence docs/evidence.md`, which `make verify` runs. "
        "Do not edit. -->",
        prose(
            "Every uncertain input of every shipped scenario: its law as a picture from the 1 % to "
            "the 99 % point, its 5 %, 50 % and 95 % points, how good its evidence is, where it "
            "comes from ([sources.md](sources.md)), and how much of the spread of two answers it "
            "drives by itself."
        ),
        points(*(f"**{grade}**: {text}." for grade, text in GRADES.items())),
        prose(
            f"Shares are of the variance of the logarithm over {DRAWS} runs of the base strategy, "
            "each read several times under other values of what no call hangs on; all inputs are "
            "drawn together. They are first-order: what an input does by itself. They sum to less "
            "than 100 % where inputs act only together. “–” is a share that an input that does "
            "nothing would seem to have too. Knowing an input exactly would take its share of the "
            "variance away, and that is how the band is told that would be left."
        ),
        prose(
            "Where what comes back changes the calls in many draws, as an order does in "
            "`canada-federal` and `us-primary`, inputs that are otherwise read differ from run to "
            "run there, and their shares are lower bounds."
        ),
    ]


def _scenario(scenarios: dict[str, Scenario], found: Drives) -> list[str]:
    """The section of one scenario."""
    scenario = scenarios[found.scenario]
    known = {written_path(row, scenario): row for row in parameters(scenario) if row.is_range}
    rows = sorted(
        (one for one in inputs(groups(scenario))), key=lambda one: -_most(found, one.path)
    )
    grades = Counter((known[one.path].grade or "none") for one in rows)
    head = ("input", "law", "5 % · 50 % · 95 %", *(f"{ANSWERS[name]}:" for name in found.answers))
    return [
        f"## {found.scenario}",
        prose(
            f"Strategy `{found.strategy}`, at {_scale(found.scale)}, {found.draws} runs read "
            f"{found.readings} times. {len(rows)} inputs are uncertain; of these "
            + ", ".join(f"{grades[grade]} are of grade {grade}" for grade in sorted(grades))
            + "."
        ),
        points(*(_narrows(name, answer, known) for name, answer in found.answers.items())),
        table(
            (*head, "grade", "source"),
            [_row(one, known[one.path], found) for one in rows],
        ),
    ]


def written_path(row: ParameterRow, scenario: Scenario) -> str:
    """A parameter's path as a file writes it: a strategy's without its name."""
    parts = tuple(row.path.split("."))
    if parts[0] == "strategies":
        return written(("strategies", parts[1], *parts[2:]))
    return row.path


def _most(found: Drives, path: str) -> float:
    """The largest share that an input has of any answer, 0 where none is told."""
    shares = (answer.shares.get(path) for answer in found.answers.values())
    return max((one.value for one in shares if one is not None and one.told), default=0.0)


def _row(one: Input, known: ParameterRow, found: Drives) -> tuple[str, ...]:
    law = one.law
    told = " · ".join(value_text(law, value) for value in (law.low, law.central, law.high))
    return (
        f"`{one.path}`",
        f"`{picture(law, COLUMNS)}`",
        told,
        *(_share(answer, one.path) for answer in found.answers.values()),
        known.grade or "",
        (known.source or "").replace("|", "/"),
    )


def _share(answer: Answer, path: str) -> str:
    share = answer.shares.get(path)
    if share is None or not share.told or share.value < FEW:
        return "–"
    return f"{100 * share.value:.0f} % [{100 * share.low:.0f}–{100 * share.high:.0f}]"


def _narrows(name: str, answer: Answer, known: dict[str, ParameterRow]) -> str:
    """What measurement would narrow an answer most, and to what."""
    factor = answer.p95 / max(answer.p5, 1e-9)
    told = (
        f"**{ANSWERS[name].capitalize()}**: {rounded(answer.p50)} "
        f"[{rounded(answer.p5)}–{rounded(answer.p95)}], a factor of {_factor(factor)}."
    )
    shares = {path: share.value for path, share in answer.shares.items() if share.told}
    if not shares:
        return f"{told} No single input drives it beyond chance."
    most = max(shares, key=lambda path: shares[path])
    left = math.exp(math.log(factor) * math.sqrt(1 - min(shares[most], 1.0)))
    grade = known[most].grade
    return (
        f"{told} Measuring `{most}` would narrow it most: it drives {100 * shares[most]:.0f} %, "
        f"on evidence of grade {grade}; a factor of about {_factor(left)} would be left."
    )


def _factor(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _scale(scale: str) -> str:
    top, _, bottom = scale.partition("/")
    return "full size" if not bottom else f"{100 * int(top) / int(bottom):g} % of its size"
