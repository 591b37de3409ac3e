"""The first screen of a run or a study, in words: the question, its answer, a row a strategy.

Whatever shows it (a page, Markdown, a dashboard) lays it out and adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.view.course import course
from analysis.view.metrics_text import relative_text
from analysis.view.numbers import MISSING, quantity, several, small_share
from analysis.view.rounded import between, calls_text, chance, compared, rounded
from analysis.view.run import RunView
from analysis.view.sentences import sentences, with_stories
from analysis.view.study import StudyView
from analysis.view.verdict import Broken, Driver, Outcome, Verdict
from analysis.view.votes import votes_sentence

LEAST = 0.1
"""Least share of a spread that an input is named for."""
MOST = 2
"""Most inputs that are named for a number."""
WORDS = {"people_reached": "people reached", "complaints": "complaints"}


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of one strategy."""

    number: int
    """Its place among the strategies, from 1."""
    strategy: str
    people: str
    """People reached with their interval; of others than the base, beside it."""
    expected: str
    """Complaints expected."""
    p95: str
    """Their 95 % point over draws and luck."""
    law: tuple[str, ...]
    """Titles of rules of law that it breaks, each after the number of calls that do."""
    assessed: bool
    """Whether any rule of law was assessed."""
    cost: str
    finished: str
    """Whether it dialled its whole list, or in how many draws."""

    @property
    def law_text(self) -> str:
        """The rules by name, or none where some were assessed."""
        if self.law:
            return "; ".join(self.law)
        return "none" if self.assessed else MISSING


@dataclass(frozen=True, slots=True)
class Front:
    """The first screen."""

    about: str
    """What this is of: the scenario, its draws, its seed and its size."""
    question: str
    sentences: tuple[str, ...]
    """The answer, clause by clause."""
    base: str
    heads: Mapping[str, str]
    """Titles of columns by field of :class:`Row`; one that says nothing has none."""
    rows: tuple[Row, ...]
    drives: tuple[str, ...]
    """What drives the numbers, a sentence each; empty where nothing was drawn."""
    beneath: str
    """What stands beneath the table: what intervals are over, and what marks mean."""
    notices: tuple[str, ...] = ()
    """What a reader must know, such as the rounding of a scaled run."""
    badge: str = ""
    """That it is not of full size; empty where it is."""


def front_of_run(told: Verdict) -> Front:
    """The first screen of a run."""
    run = told.run
    size = "full size" if not run.scaled else f"≈ from {small_share(run.scale)} of the lines"
    rows = tuple(_row(told, number, one) for number, one in enumerate(told.outcomes, 1))
    stood = course(run)
    return Front(
        about=f"{run.name} · seed {run.seed} · {size}",
        question=run.question or run.name,
        sentences=(*([stood] if stood else []), *sentences(told)),
        base=run.base,
        heads=_heads(rows, run.base, run.currency, len(told.others) > 0, "finished?"),
        rows=rows,
        drives=_drives(run, told.base.drivers, told.base.strategy),
        beneath=_beneath(told),
        notices=run.notices,
        badge=f"Run at {small_share(run.scale)} of the lines: counts marked ≈ are full-size "
        "equivalents."
        if run.scaled
        else "",
    )


def _heads(
    rows: tuple[Row, ...], base: str, currency: str | None, several_: bool, finished: str
) -> dict[str, str]:
    """Titles of the columns that say something."""
    beside = f", others ÷ {base}" if several_ else ""
    heads = {
        "people": f"People reached{beside}",
        "expected": "Complaints expected",
        "p95": "P95",
        "law_text": "Law found broken",
        "cost": f"Cost ({currency})" if currency else "Cost",
        "finished": finished.capitalize(),
    }
    return {
        name: head
        for name, head in heads.items()
        if name == "people" or any(getattr(r, name) != MISSING for r in rows)
    }


def _row(told: Verdict, number: int, one: Outcome) -> Row:
    count = one.complaints.get("complaints")
    done = {True: "yes", False: "no", None: MISSING}[one.done]
    return Row(
        number=number,
        strategy=one.strategy,
        people=_people(told.run, one),
        expected=rounded(count.expected) if count else MISSING,
        p95=rounded(count.p95) if count else MISSING,
        law=tuple(_broken(told.run, rule) for rule in one.broken if rule.force == "law"),
        assessed=bool(one.assessed.get("law")),
        cost=rounded(one.cost) if one.cost is not None else MISSING,
        finished="stopped" if one.binds == "order" else done,
    )


def _broken(run: RunView, rule: Broken) -> str:
    """A rule that is broken, and by how many calls where it is calls that do."""
    if rule.counts == "campaign":
        return rule.title
    return f"{calls_text(rule.violations, run.approx)}: {rule.title}"


def _people(run: RunView, one: Outcome) -> str:
    if one.people is None:
        return MISSING
    if one.against is not None:
        return one.against.text
    alone = f"{run.approx}{rounded(one.people.central)}"
    if one.strategy != run.base:  # nothing was drawn: beside the base by the counts alone
        return f"{alone} ({relative_text(run, one.strategy, 'people_reached') or '='})"
    if not one.people.moves:
        return alone
    return f"{alone} [{between(one.people.p5, one.people.p95)}]"


def _drives(
    run: RunView, drivers: Mapping[str, tuple[Driver, ...]], strategy: str
) -> tuple[str, ...]:
    """What drives people reached and complaints in the base strategy."""
    ranges = _ranges(run)
    return tuple(
        _driven(number, found, ranges) for number, found in drivers.items() if _named(found)
    )


def _named(found: tuple[Driver, ...]) -> list[Driver]:
    return [one for one in found if one.share >= LEAST][:MOST]


def _driven(number: str, found: tuple[Driver, ...], ranges: Mapping[str, str]) -> str:
    parts = [
        f"{one.input.removeprefix('world.')}{ranges.get(one.input, '')} {chance(one.share)}"
        for one in _named(found)
    ]
    return f"The spread of {WORDS.get(number, number)}: {several(parts)}."


def _ranges(run: RunView) -> dict[str, str]:
    """The ranges of inputs with their grades, by key: `` (30–90 %, grade C)``."""
    table = run.table("parameters")
    out = {}
    for i, path in enumerate(map(str, table["path"])):
        if table["is_range"][i]:
            unit = str(table["unit"][i])
            low, high = (quantity(float(table[end][i]), unit) for end in ("low", "high"))
            grade = f", grade {table['grade'][i]}" if table["grade"][i] else ""
            out[path] = f" ({low.split(chr(0x202F))[0]}–{high}{grade})"
    return out


def _beneath(told: Verdict) -> str:
    """What intervals are over, and what the marks mean."""
    text = ""
    if told.draws:
        text = (
            f"[ ] is P5–P95 of {told.draws:,} draws of the {told.base.drawn} of {told.uncertain} "
            "uncertain inputs that no call hangs on; ≈ says that no sign can be told beyond "
            "noise. "
        )
    if any(one.complaints for one in told.outcomes):
        text += "Complaints: expected at central inputs, P95 over draws and luck. "
    text += f"Not varied: {told.fixed} inputs without a range. People are not lines: a line may "
    text += "have several voters behind it."
    return text + (" Not legal advice." if told.base.assessed else "")


# ── Of a study ───────────────────────────────────────────────────────────────────────────────────


def front_of_study(study: StudyView) -> Front:
    """The first screen of a study."""
    size = "full size" if study.scale >= 1 else f"≈ from {small_share(study.scale)} of the lines"
    inputs = len(study.answer["uncertain"])
    rows = tuple(_study_row(study, i, s) for i, s in enumerate(study.strategies, 1))
    drivers = {k: v for k, v in study.draws.drivers.items() if _named(v)}
    return Front(
        about=f"{study.name} · {study.runs} draws of {inputs} inputs · seed {study.seed} · {size}",
        question=study.question or study.name,
        sentences=study_sentences(study.answer, study.currency),
        base=study.base,
        heads=_heads(rows, study.base, study.currency, len(rows) > 1, "finished, share of draws"),
        rows=rows,
        drives=tuple(_driven(number, found, {}) for number, found in drivers.items()),
        beneath=f"[ ] is P5–P95 over {study.draws.over}; ≈ says that no sign can be told beyond "
        "noise. Complaints: the mean, and P95 over draws and luck. Not varied: "
        f"{len(study.answer['not_varied'])} inputs without a range. Not legal advice.",
        badge=f"At {small_share(study.scale)} of the lines: counts are full-size equivalents; "
        "judge a close finish at full size."
        if study.scale < 1
        else "",
    )


def interval(spread: Mapping[str, Any]) -> str:
    """A median with its P5 and P95: ``1.47 M [780 k–2.2 M]``."""
    return f"{rounded(spread['p50'])} [{between(spread['p5'], spread['p95'])}]"


def study_people(one: Mapping[str, Any]) -> str:
    """People reached in a study's answer: the base's number, another's ratio to it."""
    people = one["metrics"].get("people_reached")
    against = one["against_base"].get("people_reached")
    if against is None:
        return interval(people) if people else MISSING
    ratio, hidden = against["ratio"], against["verdict"] == "within noise"
    return compared(ratio["p5"], ratio["p50"], ratio["p95"], within_noise=hidden)


def study_sentences(answer: Mapping[str, Any], currency: str | None = None) -> tuple[str, ...]:
    """What the base strategy does, and what is sure of the others."""
    base = answer["base"]
    told = answer["strategies"][base]
    people = told["metrics"].get("people_reached")
    text = f"{base} finishes its list in {chance(told['finished'])} of draws"
    if people:
        text += f" and reaches {interval(people)} people"
    text += "."
    before = told["complaints"].get("complaints_regulator_before_cutoff")
    if before:
        text += (
            f" To the regulator by the stop go {rounded(before['expected'])} complaints in the "
            f"mean, P95 {rounded(before['p95'])}, none with a chance of {before['none']:.0%}"
        ).replace("%", " %")
        stories = [(one["channel"], np.datetime64(one["at"])) for one in answer.get("shocks", ())]
        text += f"{with_stories(stories)}."
    votes = [votes_sentence(told["votes"], currency)] if told.get("votes") else []
    return (text, *votes, *_sure(answer, base))


def _sure(answer: Mapping[str, Any], base: str) -> list[str]:
    words = {
        "higher": f"More people than {base} in at least 19 of 20 draws",
        "lower": f"Fewer people than {base} in at least 19 of 20 draws",
        "within noise": "No sign can be told of",
    }
    out = []
    for verdict, said in words.items():
        names = [
            name
            for name, one in answer["strategies"].items()
            if one["against_base"].get("people_reached", {}).get("verdict") == verdict
        ]
        if names:
            out.append(f"{said}: {several(names, 8)}.")
    return out


def _study_row(study: StudyView, number: int, name: str) -> Row:
    one = study.answer["strategies"][name]
    count, cost = one["complaints"].get("complaints"), one["metrics"].get("cost")
    known = study.answer["rules"]
    broken = tuple(
        known[rule]["title"] + (f" ({chance(told['share'])} of draws)" if told["share"] < 1 else "")
        for rule, told in one["rules_broken"].items()
        if known[rule]["force"] == "law"
    )
    return Row(
        number=number,
        strategy=name,
        people=study_people(one),
        expected=rounded(count["expected"]) if count else MISSING,
        p95=rounded(count["p95"]) if count else MISSING,
        law=broken,
        assessed=any(rule["force"] == "law" for rule in known.values()),
        cost=rounded(cost["p50"]) if cost else MISSING,
        finished=chance(one["finished"]),
    )
