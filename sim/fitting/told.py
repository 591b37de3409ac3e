"""What a fit found, and what the data could not tell, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from sim.fitting.dials import Dials
from sim.fitting.fit import Estimate, Fit
from sim.fitting.holdout import Check
from sim.fitting.order import ORDERED
from sim.fitting.posterior import LEAST_SHARE
from sim.fitting.priors import DAY_GROUPS, PARTS_OF_DAY
from sim.fitting.stayed import LISTENING, Stayed
from sim.fitting.totals import Moved
from sim.scenario.world import World

NEVER_TOLD = (
    ("signalling", "when a busy tone was noticed is the dialer's doing", "carriers' records"),
    ("voicemail", "nobody logs whether a message was played", "a survey of those called"),
    ("voters_per_line", "a log knows lines, not people", "a match with the electoral roll"),
    ("complaints", "complaints reach others than the caller", "the regulator's own counts"),
    ("segments", "the log does not say who is in which", "the list, joined to the log"),
)
"""Parts of a world of which no log of calls tells: why, and what would."""


def lines(
    fits: Sequence[Fit],
    dials: Sequence[Dials],
    checks: Sequence[Check],
    held: int,
    stayed: Stayed,
    world: World,
) -> Iterator[str]:
    """What was found, for a terminal.

    Parameters
    ----------
    fits, dials
        One a line type.
    checks
        Shares of the days that were fitted, and of those held out.
    held
        How many days were held out.
    stayed
        What was fitted of people who picked up.
    world
        The world.
    """
    for fit, log in zip(fits, dials, strict=True):
        to = f"{fit.dials:,} calls to {fit.lines:,} lines"
        yield f"{fit.line_type}: {to}, {fit.again:,} of them again"
        for why, count in log.left_out.items():
            yield f"  not used: {count:,} calls {why}"
        yield from _estimated(fit.estimates)
        if fit.effective < LEAST_SHARE:
            yield (
                f"  the posterior is no normal law (effective share {fit.effective:.0%}): "
                "quantiles are those of weighted points, and rough"
            )
    yield from _picked_up(stayed)
    yield from _checked("days that were fitted", [c for c in checks if not c.held], whole=False)
    if of_held := [check for check in checks if check.held]:
        days = f"{held} day{'s' if held != 1 else ''} held out"
        yield from _checked(days, of_held, whole=True)
    else:
        yield "no day was held out: the log has but one, or too few calls on the others"
    yield "What the data could not tell"
    for what, why, other in untold(fits, stayed, world):
        yield from wrap(
            f"{what}: {why}; {other} would",
            80,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )


def _picked_up(stayed: Stayed) -> Iterator[str]:
    """What was fitted of people after they picked up; nothing where nothing was."""
    if stayed.estimates:
        yield f"people who picked up: {stayed.calls:,} calls"
        yield from _estimated(stayed.estimates)


def _estimated(estimates: Sequence[Estimate]) -> Iterator[str]:
    yield f"  {'':26}{'5 %':>11}{'median':>11}{'95 %':>11}"
    for each in estimates:
        low, central, high = (shown(x, each) for x in (each.low, each.central, each.high))
        yield f"  {name_of(each):<26}{low:>11}{central:>11}{high:>11}  {each.status}"


def _checked(days: str, checks: Sequence[Check], *, whole: bool) -> Iterator[str]:
    """Shares of some days: how many are inside, and all of them, or those that are not."""
    inside = sum(check.inside for check in checks)
    yield f"{days}: {inside} of {len(checks)} shares inside what the fit says (90 %)"
    for check in checks:
        if whole or not check.inside:
            mark = "" if check.inside else "  outside"
            yield (
                f"  {check.what}: {check.seen:.1%} of {check.dials:,}, "
                f"said {check.low:.1%} to {check.high:.1%}{mark}"
            )


def totals_lines(found: Moved) -> Iterator[str]:
    """What totals moved, for a terminal."""
    yield f"{found.line_type}, by totals alone{'':9}{'5 %':>9}{'median':>9}{'95 %':>9}"
    for what, points in (
        ("answered, by the world", found.before),
        ("answered, with the totals", found.together),
        ("  by people", found.human),
        ("  by machines", found.machine),
    ):
        yield f"  {what:<32}" + "".join(f"{100 * x:>8.1f}%" for x in points)
    yield f"people and machines go against each other, by {found.correlation:.2f};"
    yield "everything else stays as it was: totals do not tell it"


def untold(fits: Sequence[Fit], stayed: Stayed, world: World) -> Iterator[tuple[str, str, str]]:
    """What the data could not tell, why, and what would."""
    for fit in fits:
        alike: dict[tuple[str, str, str], list[str]] = {}
        for each in fit.estimates:
            if each.status != "fitted":
                alike.setdefault((each.status, *_why(each, fit)), []).append(name_of(each))
        for (status, why, other), names in alike.items():
            yield f"{fit.line_type}, {_listed(names)} ({status})", why, other
        if not fit.hours:
            why = (
                f"answering leans on the place in the list (z = {fit.order_z:.1f}): an hour and a "
                "part of the list cannot be told apart"
                if abs(fit.order_z) > ORDERED
                else "the world has a table of its own"
            )
            yield f"{fit.line_type}, hours (prior)", why, "a list in random order"
        if world.line_types[fit.line_type].answering.machine_correlation:
            yield (
                f"{fit.line_type}, machine_correlation (prior)",
                "machines are fitted as though they went with nobody's propensity",
                "no log that is read in this way",
            )
        yield (
            f"{fit.line_type}, errors of the machine detection",
            "the log's labels are taken as they are",
            "calls that somebody listened to",
        )
    if parts := [each for each in stayed.estimates if each.status != "fitted"]:
        yield (
            f"{_listed([name_of(each) for each in parts])} (part prior)",
            "of what comes later than the log's message or gate the world's law is a part",
            "a longer one",
        )
    for name, (why, other) in stayed.untold.items():
        yield f"{name} (prior)", why, other
    for name, why, other in NEVER_TOLD:
        if getattr(world, name, None):
            yield f"{name} (prior)", why, other


def _listed(names: Sequence[str]) -> str:
    """Names one after the other; parts of the week say but once what they are."""
    first, *rest = names
    return ", ".join([first, *(name.removeprefix("hours ") for name in rest)])


def _why(each: Estimate, fit: Fit) -> tuple[str, str]:
    name = name_of(each)
    rings = "the log does not tell for how long calls rang"
    if "ring" in name:
        if fit.rings:
            return "too few pick-ups within the time-out", "a longer ring time-out"
        return f"{rings}: the world's law stays", "ring times, as Asterisk and FreeSWITCH log them"
    if name == "frailty.sd" or name.startswith("by_attempt"):
        if each.status == "part prior" and not fit.rings:
            why = f"{rings}: how many would have answered after the time-out is the world's"
            return why, "ring times"
        few = "lines were called once, or too few again"
        if name.startswith("by_attempt"):
            few = "too few calls at that attempt"
        return few, "more calls to the same lines"
    if name.startswith("hours"):
        return "too few calls at that time of the week", "calls then"
    if not fit.timeout_told:
        seconds = fit.timeout_ms / 1000
        return f"{rings}: {seconds:g} s are the world's", "--ring-timeout, or ring times,"
    return (
        "not every part of the reference week, 9:00 to 21:00 of all days, was called",
        "calls at all of them",
    )


def name_of(each: Estimate) -> str:
    """What a parameter is called on a screen."""
    if each.path.startswith("world.hours."):
        place = int(each.path.split(".")[-2])
        n = len(PARTS_OF_DAY) - 1
        begins, ends = PARTS_OF_DAY[place % n], PARTS_OF_DAY[place % n + 1]
        return f"hours {DAY_GROUPS[place // n]} {begins}–{ends}"
    if each.path.startswith(LISTENING):
        return f"listening at {each.path.removeprefix(LISTENING)}"
    return each.path.partition(".answering.")[2] or each.path.removeprefix("world.")


def shown(x: float, each: Estimate) -> str:
    """A value of a parameter as it is written for people."""
    if each.unit == "ms":
        return f"{x / 1000:.2f} s"
    return f"{100 * x:.2f} %" if each.unit == "share" else f"{x:.3f}"
