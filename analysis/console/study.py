"""What a study answers, on a screen: each strategy with its intervals, and what drives them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.view.front import study_people, study_sentences
from analysis.view.numbers import MISSING, several, small_share
from analysis.view.rounded import between, chance, rounded
from sim.printed import escaped
from sim.store.study import Study

WIDTH = 80
"""Columns of the screen."""
NAME_MOST = 22
NOT_VARIED_MOST = 4
MOST_BREAKERS = 3
"""Most groups of strategies that are told to break the same rules."""


def study_text(study: Study) -> str:
    """The screen, at most 40 lines of 80 columns for ten strategies."""
    lines: list[str] = []
    for part in (_heading(study), _sentences(study), _table(study), _rest(study)):
        lines += [*part, ""]
    return "\n".join(escaped(line, keep="") for line in lines[:-1])


def _heading(study: Study) -> Iterator[str]:
    facts = study.facts
    size = "full size"
    if facts.effective < 1:
        size = f"≈ from {small_share(facts.effective, separator=' ')} of the lines"
    inputs = len(study.answer["uncertain"])
    yield from _wrapped(
        f"{facts.scenario} · {study.draws_count} draws of {inputs} inputs · "
        f"seed {facts.seed} · {size}"
    )


def _sentences(study: Study) -> Iterator[str]:
    """What the base strategy does, and what is sure of the others."""
    for text in study_sentences(study.answer):
        yield from _wrapped(text)


def _table(study: Study) -> Iterator[str]:
    """One line a strategy."""
    strategies = study.answer["strategies"]
    base = study.answer["base"]
    wide = min(NAME_MOST, max(map(len, strategies)))
    rows: list[tuple[str, ...]] = [("", "done", "people reached", "complaints", "", "cost")]
    rows += [("", "", f"vs {base}"[:26], "mean", "P95", "")]
    for name, one in strategies.items():
        rows.append((_short(name, wide), *_row(one)))
    sizes = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(sizes[0]), row[1].rjust(sizes[1]), row[2].ljust(sizes[2])]
        cells += [cell.rjust(size) for cell, size in zip(row[3:], sizes[3:], strict=True)]
        yield ("  " + "  ".join(cells)).rstrip()


def _short(name: str, wide: int) -> str:
    return name if len(name) <= wide else name[: wide - 1] + "…"


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    count = one["complaints"].get("complaints")
    cost = one["metrics"].get("cost")
    return (
        chance(one["finished"]),
        study_people(one),
        rounded(count["expected"]) if count else MISSING,
        rounded(count["p95"]) if count else MISSING,
        rounded(cost["p50"]) if cost else MISSING,
    )


def _rest(study: Study) -> Iterator[str]:
    """Rules that are broken, drivers, noise, what is left out, and where all of it is."""
    yield from _broken(study)
    yield from _driven(study)
    answer, base = study.answer, study.answer["strategies"][study.answer["base"]]
    noise = base["run_noise"].get("people_reached", {})
    if noise.get("relative_sd") is not None:
        yield from _labelled(
            "Run noise",
            f"{100 * noise['relative_sd']:.2g} % of people reached (sd, "
            f"{noise['pairs']} draws run twice)",
        )
    if answer["precision"] and answer["precision"]["met"]:
        sure = answer["precision"]
        yield from _labelled(
            "Precision", f"{sure['asked']} is met: ±{100 * sure['reached']:.2g} % at most"
        )
    if answer["held_at_bound"]:
        yield from _labelled(
            "Bounds",
            f"draws in which complaints would breed on almost without end: "
            f"{answer['held_at_bound']}; what is bred was brought down in them",
        )
    if answer["not_varied"]:
        names = [path.removeprefix("world.") for path in answer["not_varied"]]
        yield from _labelled("Not varied", several(names, NOT_VARIED_MOST))
    yield ""
    yield from _wrapped(
        "[ ] is P5–P95 over draws of all uncertain inputs together; ≈: no sign beyond noise. "
        f"{_what_draws_allow(study)}"
    )
    yield f"study: {study.path}"


def _what_draws_allow(study: Study) -> str:
    """How sure the ends of the intervals are."""
    base = study.answer["strategies"][study.answer["base"]]
    people = base["metrics"].get("people_reached")
    text = ""
    if people and people["readings"] > 1:
        text = f"Each run was read {people['readings']} times. "
    if people and people["readings"] == 1:
        return _where_ends_lie(people)
    if not people or people["p95_error"] is None:
        return f"{text}{study.draws_count} draws are too few to say how sure the ends are (16)."
    sure = [
        f"±{100 * people[f'{end}_error'] / people[end]:.2g} %"
        for end in ("p5", "p50", "p95")
        if people[end]
    ]
    return f"{text}Standard errors of P5, median and P95 of people, base: {', '.join(sure)}."


def _where_ends_lie(people: Mapping[str, Any]) -> str:
    """Where the points of an interval lie that no reading makes smooth."""
    told = [
        f"{name} [{between(low, high)}]"
        for name, ends in (
            (name, people[f"{end}_interval"])
            for name, end in (("P5", "p5"), ("median", "p50"), ("P95", "p95"))
        )
        if ends is not None
        for low, high in (ends,)
    ]
    if len(told) == 3:
        return f"With 95 % confidence, people, base: {', '.join(told)}."
    few = f"{people['runs']} draws are too few to bound P5 and P95 (72)"
    return f"{few}; with 95 % confidence, {', '.join(told)}." if told else f"{few}."


def _broken(study: Study) -> Iterator[str]:
    """Rules that some draw breaks, law before the rest, by the strategies that break them."""
    known = study.answer["rules"]
    for label, law in (("Law broken", True), ("Not kept", False)):
        found: dict[str, list[str]] = {}
        for name, one in study.answer["strategies"].items():
            for rule, told in one["rules_broken"].items():
                if (known[rule]["force"] == "law") is law:
                    share = f" ({100 * told['share']:.0f} % of draws)" * (told["share"] < 1)
                    found.setdefault(known[rule]["title"], []).append(f"{name}{share}")
        together: dict[tuple[str, ...], list[str]] = {}
        for title, names in found.items():
            together.setdefault(tuple(names), []).append(title)
        for who, titles in list(together.items())[:MOST_BREAKERS]:
            yield from _labelled(label, f"{several(list(who), 3)}: {several(titles, 3)}")
        if len(together) > MOST_BREAKERS:
            yield from _labelled("", f"and {len(together) - MOST_BREAKERS} more groups: --json")


def _driven(study: Study) -> Iterator[str]:
    """The two inputs that explain most of what the base strategy reaches and draws."""
    drivers = study.answer["strategies"][study.answer["base"]]["drivers"]
    if not drivers:
        if study.draws_count < 32:
            yield from _labelled("Driven by", "too few draws to tell (32)")
        return
    for metric, found in drivers.items():
        what = "people" if metric == "people_reached" else "complaints"
        shown = [
            f"{one['path'].removeprefix('world.')} {100 * one['share']:.0f} %" for one in found[:2]
        ]
        words = " and ".join(shown) if shown else "no single input beyond chance"
        yield from _labelled("Driven by", f"{what}: {words}")


def _labelled(label: str, text: str) -> Iterator[str]:
    lines = textwrap.wrap(text, WIDTH - 14, break_on_hyphens=False)
    for at, line in enumerate(lines):
        yield (label if at == 0 else "").ljust(14) + line


def _wrapped(text: str) -> Sequence[str]:
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)
