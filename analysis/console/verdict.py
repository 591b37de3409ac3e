"""The verdict on a run as a screen: at most 40 lines of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

from analysis.console.signs import written_for
from analysis.view.numbers import MISSING, NARROW, quantity, several, small_share
from analysis.view.read import as_view
from analysis.view.rounded import UNBROKEN, between, calls_text, chance, rounded, with_units
from analysis.view.run import RunView
from analysis.view.sentences import sentences, votes_of
from analysis.view.verdict import Broken, Outcome, Verdict, verdict_of
from sim.printed import escaped
from sim.scenario.scenario import Scenario
from sim.store.read import Run

WIDTH = 80
"""Columns of the screen."""
LINES = 37
"""Lines of the screen; where the run lies follows."""
BINDS = {"pace": "pace", "channels": "channels", "list": "the list, or its hours"}
"""What keeps a strategy from dialling more, in words."""
LABEL = 12
"""Columns of what a line beneath the table is about."""
COUNTED = "complaints"
"""Stands above two columns: how many are expected, and their 95 % point."""
SCALED = "Scaled: people to about 1 %. "
NAME_MOST = 22
NAME_LEAST = 8
CALLS_A_SECOND = 2_000_000
"""Calls that one process simulates, audits and reads in a second, about."""
DRIVES = 0.15
"""Least share of a spread that an input is named for."""
DRAWS = 32
"""Draws that are enough to decide."""


def verdict_text(
    run: Run | RunView, scenario: Scenario | None = None, *, stream: TextIO | None = None
) -> str:
    """The verdict on a run as text for ``stream`` (standard output by default).

    Parameters
    ----------
    run, scenario
        As for :func:`analysis.report.page.report_html`.
    """
    told = verdict_of(as_view(run, scenario))
    above = [[*_heading(told)], [*_answer(told)], [*_table(told)]]
    legend = [*_legend(told)]
    left = LINES - sum(len(part) + 1 for part in (*above, legend))
    parts = [*above, [*_beneath(told, left)], legend]
    lines = [line for part in parts if part for line in (*part, "")]
    return written_for(stream, "\n".join(escaped(line, keep="") for line in lines[:-1]))


def _heading(told: Verdict) -> Iterator[str]:
    run = told.run
    size = (
        f"≈ from {small_share(run.scale, separator=' ')} of the lines"
        if run.scaled
        else "full size"
    )
    yield from _wrapped(f"{run.name} · {run.question or 'no question'} · seed {run.seed} · {size}")


def _answer(told: Verdict) -> Iterator[str]:
    yield from _wrapped(" ".join(sentences(told, votes=False)))


# ── One line a strategy ──────────────────────────────────────────────────────────────────────────


def _table(told: Verdict) -> Iterator[str]:
    """One line a strategy; columns that say nothing are left out."""
    beside = f"vs {told.base.strategy}" if told.others else ""
    rows = [
        ("", "", beside[:NAME_MOST], "lines", "exp.", "P95", told.run.currency or ""),
        *((one.strategy, *_cells(one)) for one in told.outcomes),
    ]
    said = [i for i in range(7) if any(row[i] not in ("", MISSING) for row in rows[1:])]
    columns = sorted({0, 2, *said})
    heads = {1: "done", 2: "people reached", 3: "live", 6: "cost"}
    sizes = {i: max(len(heads.get(i, "")), *(len(row[i]) for row in rows)) for i in columns}
    if 4 in sizes and 5 in sizes:
        sizes[4] = max(sizes[4], len(COUNTED) - 2 - sizes[5])
    spare = WIDTH - sum(sizes[i] + 2 for i in columns if i) - 2
    sizes[0] = min(sizes[0], max(NAME_LEAST, min(NAME_MOST, spare)))
    for number, row in enumerate([("", *(heads.get(i, "") for i in range(1, 7))), *rows]):
        cells = [
            _short(row[i], sizes[i]).ljust(sizes[i]) if i in (0, 2) else row[i].rjust(sizes[i])
            for i in columns
        ]
        if not number and 4 in sizes and 5 in sizes:
            at = columns.index(4)
            cells[at : at + 2] = [COUNTED.rjust(sizes[4] + 2 + sizes[5])]
        yield ("  " + "  ".join(cells)).rstrip()


def _cells(one: Outcome) -> tuple[str, ...]:
    done = {True: "yes", False: "no", None: MISSING}[one.done]
    count = one.complaints.get("complaints")
    live = MISSING if one.live is None else rounded(one.live) if one.live_differs else "≈"
    return (
        "order" if one.binds == "order" else done,
        _people(one),
        live,
        rounded(count.expected) if count else MISSING,
        rounded(count.p95) if count else MISSING,
        rounded(one.cost),
    )


def _people(one: Outcome) -> str:
    """People reached: the base's number, another's ratio to it."""
    if one.people is None:
        return MISSING
    against = one.against
    if against is None:
        if not one.people.moves:
            return rounded(one.people.central)
        return f"{rounded(one.people.central)} [{between(one.people.p5, one.people.p95)}]"
    return against.text


def _short(name: str, wide: int) -> str:
    return name if len(name) <= wide else name[: wide - 1] + "…"


# ── What stands beneath it ───────────────────────────────────────────────────────────────────────


def _beneath(told: Verdict, most: int) -> Iterator[str]:
    """What binds, what is broken, and what drives the numbers, in at most so many lines."""
    lines, left = [*_binding(told), *_changing(told)], [*_left_over(told)]
    rest = [*_driven(told), *_standing(told)]
    room = max(1, most - len(lines) - len(rest))
    yield from lines
    # Rules of law are told in full first.
    if len(_in_full(told, _law(told))) + len(left) <= room:
        yield from left
        room -= len(left)
    broken = [*_broken(told, room)]
    yield from broken
    yield from rest
    votes = [*_labelled("Votes", votes_of(told).removeprefix("Votes gained: "))]
    if votes_of(told) and len(broken) + len(votes) <= room:
        yield from votes


def _binding(told: Verdict) -> Iterator[str]:
    """What keeps strategies from dialling more."""
    base = told.base
    if base.needed is None or base.channels is None or base.binds not in BINDS:
        return
    text = f"{base.strategy}: {BINDS[base.binds]}"
    if base.binds == "pace":
        text += f" ({base.pace}/s); {base.needed:,.0f} of {base.channels:,} channels are needed"
    elif base.binds == "channels":
        text += f"; its pace would keep {base.needed:,.0f} busy, it has {base.channels:,}"
    for kind, words in BINDS.items():
        same = [one.strategy for one in told.others if one.binds == kind != base.binds]
        if same:
            text += f". {several(same, 3)}: {words}"
    yield from _labelled("What binds", text)


def _left_over(told: Verdict) -> Iterator[str]:
    """The worst territory of others that do not finish, on one line: as many as it has room for."""
    left = [(one.strategy, one.behind) for one in told.others if one.behind is not None]
    said = [f"{chance(at.undialled)} of {at.territory} ({name})" for name, at in left]
    for shown in range(min(2, len(said)), 0, -1):
        rest = [f"{len(said) - shown} more"] if len(said) > shown else []
        line = [*_labelled("Undialled", several([*said[:shown], *rest]))]
        if len(line) == 1:
            yield from line
            return


def _changing(told: Verdict) -> Iterator[str]:
    """What changes when in the base strategy, up to three moments; the rest are counted."""
    changes = told.run.plans.get(told.base.strategy, {}).get("changes") or ()
    if changes:
        said = [f"{at}: {what}" for at, what in changes[:3]]
        said += [f"{len(changes) - 3} more"] if len(changes) > 3 else []
        yield from _labelled("Changes", f"{told.base.strategy}: {'. '.join(said)}")


def _broken(told: Verdict, most: int) -> Iterator[str]:
    """Rules of law broken by name, then other rules not kept; at most so many lines."""
    law = _law(told)
    soft: dict[str, list[str]] = {}
    for one in told.outcomes:
        names = dict.fromkeys(_advice(rule) for rule in one.broken if rule.force != "law")
        if names:
            soft.setdefault("; ".join(names), []).append(one.strategy)
    whole = _in_full(told, law)
    advice = [f"{several(who, 2)} (advice): {rules}" for rules, who in soft.items()]
    every = [name for who in soft.values() for name in who]
    short = [f"advice, in {several(every, 3)}: --all"] if every else []
    titles = [
        _short(
            f"{several([name for name, _ in found], 2)}{_calls(told, found)}: {title}",
            WIDTH - LABEL,
        )
        for title, found in law.items()
    ]
    few = titles if len(titles) <= most else [*titles[: most - 1], "… (--all)"]
    for lines in (
        [*whole, *_titled("Not kept", advice)],
        [*whole, *_titled("Not kept", short)],
        whole,
        _titled("Law broken", few),
    ):
        if len(lines) <= most:
            yield from lines
            return


def _law(told: Verdict) -> dict[str, list[tuple[str, Broken]]]:
    """By the title of a rule of law: who breaks it, and how."""
    law: dict[str, list[tuple[str, Broken]]] = {}
    for one in told.outcomes:
        for rule in one.broken:
            if rule.force == "law":
                law.setdefault(rule.title, []).append((one.strategy, rule))
    return law


def _in_full(told: Verdict, law: dict[str, list[tuple[str, Broken]]]) -> list[str]:
    """Rules of law with their whole titles."""
    return _titled("Law broken", [_breakers(told, *rule) for rule in law.items()])


def _titled(label: str, texts: Sequence[str]) -> list[str]:
    """Lines of several texts, the first with a label."""
    return [line for at, text in enumerate(texts) for line in _labelled("" if at else label, text)]


def _breakers(told: Verdict, title: str, found: Sequence[tuple[str, Broken]]) -> str:
    """A rule of law, who breaks it, and how often."""
    return f"{title}: {several([name for name, _ in found], 3)}{_calls(told, found)}"


def _calls(told: Verdict, found: Sequence[tuple[str, Broken]]) -> str:
    """How many calls break a rule, at most; empty where it is not calls that do."""
    if found[0][1].counts == "campaign":
        return ""
    calls = max(rule.violations for _, rule in found)
    most = "up to " if len(found) > 1 else ""
    return f" ({most}{calls_text(calls, told.run.approx)})"


def _advice(rule: Broken) -> str:
    """A recommendation or a voluntary rule by its name."""
    return rule.rule.removesuffix("-strict").removesuffix("-lenient").replace("-", " ")


def _driven(told: Verdict) -> Iterator[str]:
    """What drives people reached and complaints, among the inputs that are read."""
    wanted = {"people_reached": ("people", 2), "complaints": ("complaints", 1)}
    shown = [
        f"{_input(told, one.input)} {chance(one.share)} of {words}"
        for metric, (words, most) in wanted.items()
        for one in told.base.drivers[metric][:most]
        if one.share >= DRIVES
    ]
    if shown:
        yield from _labelled("Driven by", "; ".join(shown) + " (of the inputs read)")


def _input(told: Verdict, path: str) -> str:
    """An input with its range, and how good the evidence for it is."""
    table = told.run.table("parameters")
    for i, known in enumerate(map(str, table["path"])):
        if known == path or known.endswith(f".{path}"):
            unit = str(table["unit"][i])
            low, high = (quantity(float(table[end][i]), unit) for end in ("low", "high"))
            ends = f"{low.split(NARROW)[0]}–{high}".replace(NARROW, " ")
            if grade := table["grade"][i]:
                ends += f", grade {grade}"
            return f"{path.removeprefix('world.')} ({ends})"
    return path.removeprefix("world.")


def _standing(told: Verdict) -> Iterator[str]:
    """Whether the calls would have been the same in the draws."""
    fallen = [one for one in told.outcomes if not one.stands]
    if fallen:
        worst = max(fallen, key=lambda one: one.acts)
        yield from _labelled(
            "Not read",
            f"who complains, in {several([one.strategy for one in fallen], 3)}: what comes back "
            f"changes their calls (up to {chance(worst.acts)}: the regulator acts)",
        )
        return
    moved = [one for one in told.outcomes if one.acts >= 0.001 or one.moved >= 0.001]
    if moved:
        acts, calls = max(one.acts for one in moved), max(one.moved for one in moved)
        parts = [f"an order in {chance(acts)} of draws"] if acts >= 0.001 else []
        if calls >= 0.001:
            parts.append(f"objections at most {small_share(calls, separator=' ')} of calls")
        names = several([one.strategy for one in moved], 2)
        yield from _labelled(
            "Calls held", f"what comes back would change {names}: {', '.join(parts)}"
        )


def _legend(told: Verdict) -> Iterator[str]:
    base, left = told.base, told.uncertain - told.base.drawn
    if not told.uncertain:
        yield from _wrapped("No input has a range: nothing here has an interval.")
    elif not base.drawn:
        yield from _wrapped(
            f"No interval yet: all {told.uncertain} uncertain inputs decide who is called. "
            f"--draws {DRAWS} has one{_takes(told)}."
        )
    else:
        more = f"; --draws {DRAWS} adds the other {left}{_takes(told)}" if left else ""
        yield from _wrapped(
            f"[ ] is P5–P95 of {told.draws:,} draws of {base.drawn} of {told.uncertain} uncertain "
            f"inputs, those that decide no call{more}. ≈: within noise. exp. at central inputs, "
            f"P95 over draws and luck. Not varied: {told.fixed} inputs without a range. "
            f"{SCALED if told.run.scaled else ''}{'Not legal advice.' if base.assessed else ''}"
        )


def _takes(told: Verdict) -> str:
    """About how long a study would take."""
    calls = sum(told.run.metric(one.strategy, "attempts") or 0.0 for one in told.outcomes)
    seconds = calls * (DRAWS + DRAWS // 8 + 1) / CALLS_A_SECOND
    if not seconds:
        return ""
    if seconds < 90:
        time = f"{max(1, round(seconds))} s"
    elif seconds < 5400:
        time = f"{seconds / 60:.0f} min"
    else:
        time = f"{seconds / 3600:.1f} h"
    return f", about {time} on one core"


def _labelled(label: str, text: str) -> Iterator[str]:
    """A line with what it is about on its left."""
    for at, line in enumerate(_filled(text, WIDTH - LABEL)):
        yield (label if at == 0 else "").ljust(LABEL) + line


def _wrapped(text: str) -> Sequence[str]:
    return _filled(text.strip(), WIDTH)


def _filled(text: str, width: int) -> list[str]:
    """Text in lines, a number and its unit on the same one."""
    lines = textwrap.wrap(with_units(text), width, break_on_hyphens=False)
    return [line.replace(UNBROKEN, " ") for line in lines]
