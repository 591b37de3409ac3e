"""Complaints: chances that are chances, contagion that dies out, and a silence that exists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from sim.document.node import Path
from sim.document.written import clock_text, moment_text, share_text
from sim.errors import Fault
from sim.scenario.checks.bounds import bounds_fault, highest
from sim.scenario.checks.durations import LONGEST_WAIT_MS, too_long
from sim.scenario.checks.moments import clock_fault
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.complaints import ComplaintChannels, ComplaintEffects, Complaints
from sim.scenario.world import World

MILLION = 1_000_000
MOST_EFFECT = 10_000
"""Largest multiple of a chance: ten of them multiplied stay far below what a float holds."""
MOST_CHILDREN = 100
"""Most further complaints after one, on average: tables of their number end at 256."""
QUARTER = 15
"""Minutes in the steps by which a part of the day is known."""
CHANNELS = tuple(ComplaintChannels.model_fields)
_COMPLAINTS: Path = ("world", "complaints")


@rule("world.complaints")
def complaint_bounds(subject: Subject) -> Iterator[Fault]:
    """Chances, multiples and the horizon lie within their bounds."""
    complaints = subject.world.complaints
    if complaints is None:
        return
    path = (*_COMPLAINTS, "per_million")
    yield from bounds_fault(subject, complaints.per_million, path, MILLION)
    if complaints.casebook_effect is not None:
        path, weight = (*_COMPLAINTS, "casebook_effect"), complaints.casebook_effect
        yield from bounds_fault(subject, weight, path, MOST_EFFECT, positive=True)
    if complaints.casebook is not None:
        path, weight = (*_COMPLAINTS, "casebook", "off_by"), complaints.casebook.off_by
        yield from bounds_fault(subject, weight, path, MOST_EFFECT, positive=True)
    for name in ComplaintEffects.model_fields:
        path = (*_COMPLAINTS, "effects", name)
        yield from bounds_fault(subject, getattr(complaints.effects, name), path, MOST_EFFECT)
    if complaints.casebook_branching == 1:
        path = (*_COMPLAINTS, "casebook_branching")
        yield subject.fault("is 100 %: there would have been no end to them", path)
    if complaints.horizon > LONGEST_WAIT_MS:
        message = too_long(complaints.horizon, LONGEST_WAIT_MS)
        yield subject.fault(message, (*_COMPLAINTS, "horizon"))


@rule("world.complaints")
def mix_of_the_casebook(subject: Subject) -> Iterator[Fault]:
    """Dials of the casebook end in one way each, and not all of them without any weight."""
    complaints = subject.world.complaints
    if complaints is None:
        return
    mix, path = complaints.casebook, (*_COMPLAINTS, "casebook")
    if (mix is None) == (complaints.casebook_effect is None):
        yield subject.fault(*_weight_fault(given=mix is not None))
    if mix is None:
        return
    kinds = {name: getattr(mix, name) for name in ("human", "voicemail", "unanswered")}
    for names in (tuple(kinds), ("meal", "night")):
        total = sum(getattr(mix, name) for name in names)
        if total > 1 + 1e-9:
            yield subject.fault(f"{', '.join(names)} sum to {share_text(total)}, over 100 %", path)
    if not any(kinds.values()):
        yield subject.fault(f"{', '.join(kinds)} are all 0: such dials weigh nothing", path)


def _weight_fault(*, given: bool) -> tuple[str, Path]:
    """What is wrong where a casebook's weight is given twice, or not at all; and where."""
    if given:
        message = (
            "is given beside casebook, from which it is worked out with the effects; take one of "
            "the two out, or write casebook.off_by"
        )
        return message, (*_COMPLAINTS, "casebook_effect")
    message = "missing: casebook, or the mean effect over its dials as casebook_effect"
    return message, _COMPLAINTS


@rule("world.complaints")
def parts_of_the_day(subject: Subject) -> Iterator[Fault]:
    """Night and meals last some time, and begin and end with a quarter-hour."""
    complaints = subject.world.complaints
    if complaints is None:
        return
    parts: list[tuple[Path, int, int]] = [
        (("night",), complaints.night.opens, complaints.night.closes),
        *((("meals", i), meal.opens, meal.closes) for i, meal in enumerate(complaints.meals)),
    ]
    for path, opens, closes in parts:
        if opens == closes:
            yield subject.fault(
                f"is empty: it begins and ends at {clock_text(opens)}", (*_COMPLAINTS, *path, "to")
            )
        for key, minute in (("from", opens), ("to", closes)):
            if rest := minute % QUARTER:
                yield subject.warning(
                    f"{clock_text(minute)} counts as {clock_text(minute - rest + QUARTER)}: a "
                    "quarter-hour belongs where its first minute does",
                    (*_COMPLAINTS, *path, key),
                )


# ── Chances ──────────────────────────────────────────────────────────────────────────────────────


@rule(
    "world.complaints", "world.consent", "world.opposition", "world.registers", "world.reputation"
)
def complaint_chance(subject: Subject) -> Iterator[Fault]:
    """A reference call's chance is one, and no product of effects takes another beyond 100 %."""
    complaints = subject.world.complaints
    if complaints is None or complaints.weight <= 0:
        return  # said already
    told = complaints.casebook_branching
    ratio = _central_ratio(complaints) if told is None else told
    if ratio >= 1:
        return  # said already
    # A campaign of the casebook had complaints that others bred among them.
    calls = complaints.per_million.central / MILLION * (1 - ratio)
    counted = complaints.channels.regulator.central
    if counted == 0:
        yield subject.fault(
            "is 0; the level comes from complaints to the regulator, so some must go there",
            (*_COMPLAINTS, "channels", "regulator"),
        )
        return
    weight = "casebook_effect" if complaints.casebook is None else "casebook"
    reference = calls / complaints.weight / counted
    if reference > 1:
        yield subject.fault(
            f"a reference call's chance of a complaint, per_million over {weight} and over "
            f"channels.regulator, would be {share_text(reference)}; at most 100 % is allowed",
            (*_COMPLAINTS, weight),
        )
        return
    product, names = _largest_product(complaints, subject.world)
    if reference * product > 1:
        yield subject.warning(
            f"the chance of a complaint would be {share_text(reference * product)} where these "
            f"meet: {', '.join(names)}; it is cut to 100 %",
            (*_COMPLAINTS, "effects"),
        )


def _largest_product(complaints: Complaints, world: World) -> tuple[float, list[str]]:
    """The largest product of effects that can meet in this world, and which these are."""
    effect = {
        name: getattr(complaints.effects, name).central for name in ComplaintEffects.model_fields
    }
    alone = {
        "consented": world.consent is not None,
        "opposed": world.opposition is not None or bool(world.registers),
        "repeat": True,
        "after_opt_out": True,
        "objection_first": True,
        "silence": complaints.silence is not None,
        "labelled": world.reputation is not None,
    }
    part = "night" if effect["night"] >= effect["meal"] or not complaints.meals else "meal"
    kind = "voicemail" if effect["voicemail"] >= effect["unanswered"] else "unanswered"
    call = [kind, part, *(name for name, meets in alone.items() if meets)]
    # One who never got through called back long after the call: its hour and its number are past.
    blocked = ["blocked", *(name for name in ("consented", "opposed") if alone[name])]
    return max(_product(effect, names) for names in (call, blocked))


def _product(effect: Mapping[str, float], names: list[str]) -> tuple[float, list[str]]:
    """The product of those effects that raise a chance, and their names."""
    raising = [name for name in names if effect[name] > 1]
    product = 1.0
    for name in raising:
        product *= effect[name]
    return product, raising


# ── Silence ──────────────────────────────────────────────────────────────────────────────────────


@rule("world.complaints")
def effect_of_a_silence_that_is_named(subject: Subject) -> Iterator[Fault]:
    """An effect of silence needs the name of a regime that has one."""
    complaints = subject.world.complaints
    if complaints is None:
        return
    if complaints.silence is None and complaints.effects.silence.central != 1:
        yield subject.warning(
            "has no effect: complaints.silence names no regime",
            (*_COMPLAINTS, "effects", "silence"),
        )


# ── Shocks ───────────────────────────────────────────────────────────────────────────────────────


@rule("campaign", "world.complaints")
def shocks(subject: Subject) -> Iterator[Fault]:
    """Stories break while complaints count, and there is contagion by which they breed."""
    complaints, campaign = subject.world.complaints, subject.strategy.campaign
    if complaints is None or not complaints.shocks:
        return
    path: Path = (*_COMPLAINTS, "shocks")
    if complaints.contagion is None:
        yield subject.fault("breed by complaints.contagion, and there is none", path)
    for index, shock in enumerate(complaints.shocks):
        at: Path = (*path, index, "at")
        yield from clock_fault(subject, shock.at, campaign.timezone, at)
        if shock.at < campaign.start:
            yield subject.warning(
                f"{moment_text(shock.at)} lies before the campaign's start, "
                f"{moment_text(campaign.start)}, when nobody has been called: it breeds nothing",
                at,
            )
        elif shock.at - campaign.start >= dt.timedelta(milliseconds=complaints.horizon):
            yield subject.warning(
                f"{moment_text(shock.at)} lies beyond complaints.horizon, after which none count",
                at,
            )


# ── Contagion ────────────────────────────────────────────────────────────────────────────────────


@rule("world.complaints")
def contagion_dies_out(subject: Subject) -> Iterator[Fault]:
    """One complaint breeds fewer than one on average, so clusters end."""
    complaints = subject.world.complaints
    if complaints is None or complaints.contagion is None:
        return
    contagion = complaints.contagion
    path: Path = (*_COMPLAINTS, "contagion")
    for name in CHANNELS:
        yield from bounds_fault(subject, getattr(contagion, name), (*path, name), MOST_CHILDREN)
    ratio, where = _central_ratio(complaints), ""
    if ratio < 1:
        ratio, highest_of = max(_ratios_at_high_ends(complaints), default=(0.0, ""))
        where = f"at the high end of {highest_of}, "
    if ratio >= 1:
        yield subject.fault(
            f"supercritical: {where}one complaint breeds {ratio:.4g} further ones on average, over "
            "all channels, so there is no end to them; less than 1 is allowed",
            path,
        )


def _ratios_at_high_ends(complaints: Complaints) -> Iterator[tuple[float, str]]:
    """Mean complaints that one breeds where one input is at its high end, with its name.

    Where several are high in one draw, what is bred is brought down (:mod:`sim.study.inputs`). A
    share that is high leaves the others less, each its part.
    """
    channels, contagion = complaints.channels, complaints.contagion
    assert contagion is not None
    bred = {name: getattr(contagion, name).central for name in CHANNELS}
    shares = {name: getattr(channels, name).central for name in CHANNELS}
    for name in CHANNELS:
        most = highest(getattr(contagion, name))
        others = sum(shares[n] * bred[n] for n in CHANNELS if n != name)
        yield shares[name] * most + others, f"contagion.{name}"
        share = highest(getattr(channels, name))
        left = (1 - share) / (1 - shares[name]) if shares[name] < 1 else 0.0
        yield share * bred[name] + left * others, f"channels.{name}"


def _central_ratio(complaints: Complaints) -> float:
    """Mean complaints that one breeds, over the channels, by the central values."""
    channels, contagion = complaints.channels, complaints.contagion
    if contagion is None:
        return 0.0
    pairs = ((getattr(channels, name), getattr(contagion, name)) for name in CHANNELS)
    return float(sum(share.central * children.central for share, children in pairs))
