"""Metrics of what acts back: objections, complaints, the regulator, call-backs, labels, consents.

Where the world has no such process they have no value: *not modelled* is not 0.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.measure.erlang import lines_for
from sim.measure.metric import (
    HigherIs,
    Kind,
    Metric,
    Number,
    divide,
)
from sim.measure.totals import (
    CallBackTotals,
    ComplaintTotals,
    OptOutTotals,
    RegulatorTotals,
    ReputationTotals,
    Totals,
)

HOUR_MS = 3_600_000
INBOUND_BLOCKING = 0.01
"""Share of first tries that may meet no free line."""


def _metric(
    name: str,
    label: str,
    unit: str,
    kind: Kind,
    description: str,
    formula: str,
    source: str,
    compute: Callable[[Totals], Number],
    *,
    higher_is: HigherIs = "worse",
) -> Metric:
    return Metric(name, label, unit, kind, higher_is, description, formula, source, compute)


def _complaints(compute: Callable[[ComplaintTotals], Number]) -> Callable[[Totals], Number]:
    return lambda t: None if t.complaints is None else compute(t.complaints)


def _opt_outs(compute: Callable[[OptOutTotals], Number]) -> Callable[[Totals], Number]:
    return lambda t: None if t.opt_outs is None else compute(t.opt_outs)


def _regulator(compute: Callable[[RegulatorTotals], Number]) -> Callable[[Totals], Number]:
    return lambda t: None if t.regulator is None else compute(t.regulator)


def _callers(compute: Callable[[CallBackTotals], Number]) -> Callable[[Totals], Number]:
    return lambda t: None if t.call_backs is None else compute(t.call_backs)


def _numbers(compute: Callable[[ReputationTotals], Number]) -> Callable[[Totals], Number]:
    return lambda t: None if t.reputation is None else compute(t.reputation)


def _hours(moment_ms: int | None) -> float | None:
    return None if moment_ms is None else moment_ms / HOUR_MS


# ── Objections ───────────────────────────────────────────────────────────────────────────────────


def _lines_opted_out(totals: Totals) -> Number:
    """Objections by complaint are of the full size, the others are not."""
    opt_outs = totals.opt_outs
    if opt_outs is None:
        return None
    return round(opt_outs.lines / totals.scale) + opt_outs.lines_complaint_only


_OBJECTIONS = (
    _metric(
        "lines_opted_out",
        "Lines opted out",
        "lines",
        "full_size",
        "Distinct lines whose people objected to further calls, by any means and whenever.",
        "distinct lines by key or call-back ÷ scale + those by complaint alone",
        "call log; complaints; call-backs",
        _lines_opted_out,
    ),
    _metric(
        "opt_outs_by_key",
        "Opt-outs by key",
        "opt-outs",
        "additive",
        "Calls in which the key that lists the number as refusing was pressed.",
        "calls with key 9",
        "call log; world.opting_out",
        _opt_outs(lambda o: o.by_key),
    ),
    _metric(
        "opt_outs_by_call_back",
        "Opt-outs by call-back",
        "opt-outs",
        "additive",
        "Callers back who got through and objected there.",
        "callers served who opted out",
        "world.call_back",
        _opt_outs(lambda o: o.by_call_back),
    ),
    _metric(
        "opt_outs_by_complaint",
        "Opt-outs by complaint",
        "opt-outs",
        "full_size",
        "Complaints to an operator or the regulator of which the caller learns.",
        "such complaints",
        "world.complaints.opts_out",
        _opt_outs(lambda o: o.by_complaint),
    ),
)

# ── Complaints ───────────────────────────────────────────────────────────────────────────────────

_FROM = "complaints, up to world.complaints.horizon"


def _per(number: int, divisor: Callable[[Totals], int]) -> Callable[[Totals], Number]:
    """Complaints in so many of something, both at full size."""

    def rate(totals: Totals) -> Number:
        if totals.complaints is None:
            return None
        return divide(number * totals.complaints.total * totals.scale, divisor(totals))

    return rate


def _channel(index: int, name: str, where: str) -> Metric:
    return _metric(
        f"complaints_{name}",
        f"Complaints: {name}",
        "complaints",
        "full_size",
        f"Complaints {where}.",
        f"complaints with channel {name}",
        _FROM,
        _complaints(lambda c: c.by_channel[index]),
    )


_ABOUT_COMPLAINTS = (
    _metric(
        "complaints",
        "Complaints",
        "complaints",
        "full_size",
        "Complaints about calls, about call backs that never got through, and about complaints, up "
        "to the world's horizon. One run shows one outcome; complaint_risk.parquet has chances.",
        "rows of complaints",
        _FROM,
        _complaints(lambda c: c.total),
    ),
    _channel(0, "regulator", "to the regulator"),
    _channel(1, "operator", "to an operator or a short code"),
    _channel(2, "social", "in public, on social media"),
    _channel(3, "press", "that reach the press"),
    _metric(
        "complaints_before_cutoff",
        "Complaints before the cutoff",
        "complaints",
        "full_size",
        "Complaints that came before the campaign's cutoff.",
        "complaints with moment < campaign.cutoff",
        _FROM,
        _complaints(lambda c: c.before_cutoff),
    ),
    _metric(
        "complaints_regulator_before_cutoff",
        "Complaints: regulator, before the cutoff",
        "complaints",
        "full_size",
        "Complaints to the regulator that came before the campaign's cutoff.",
        "complaints with channel regulator and moment < campaign.cutoff",
        _FROM,
        _complaints(lambda c: c.regulator_before_cutoff),
    ),
    _metric(
        "complaints_per_million_dials",
        "Complaints per million dials",
        "complaints per million calls",
        "ratio",
        "All complaints for a million calls placed, both at full size.",
        "1,000,000 × complaints ÷ (attempts ÷ scale)",
        f"call log; {_FROM}",
        _per(1_000_000, lambda t: t.attempts),
    ),
    _metric(
        "complaints_per_million_connected",
        "Complaints per million answered calls",
        "complaints per million calls",
        "ratio",
        "All complaints for a million calls that a person or a machine answered, at full size.",
        "1,000,000 × complaints ÷ ((attempts_machine + attempts_human) ÷ scale)",
        f"call log; {_FROM}",
        _per(1_000_000, lambda t: t.connected),
    ),
    _metric(
        "complaints_per_1000_reached",
        "Complaints per 1,000 people reached",
        "complaints per 1,000 people",
        "ratio",
        "All complaints for a thousand people reached, both at full size.",
        "1,000 × complaints ÷ (people_reached ÷ scale)",
        f"call log; {_FROM}",
        _per(1_000, lambda t: t.people_reached),
    ),
    _metric(
        "complaints_contagion_share",
        "Share of complaints that others bred",
        "share",
        "ratio",
        "Share of all complaints that another complaint bred.",
        "complaints of kind contagion ÷ complaints",
        _FROM,
        _complaints(lambda c: divide(c.contagion, c.total)),
        higher_is="neither",
    ),
    _metric(
        "complaints_repeat_share",
        "Share of complaints about repeats",
        "share",
        "ratio",
        "Share of complaints about calls that are about a second attempt or a later one.",
        "complaints about calls with attempt > 1 ÷ complaints about calls",
        _FROM,
        _complaints(lambda c: divide(c.repeat, c.about_calls)),
        higher_is="neither",
    ),
    _metric(
        "complaints_night_share",
        "Share of complaints about night calls",
        "share",
        "ratio",
        "Share of complaints about calls that are about a call at night, by the recipient's clock.",
        "complaints about calls at night ÷ complaints about calls",
        f"{_FROM}; world.complaints.night",
        _complaints(lambda c: divide(c.night, c.about_calls)),
        higher_is="neither",
    ),
    _metric(
        "complaints_peak_day",
        "Most complaints in a day",
        "complaints",
        "full_size",
        "Most complaints in one day of 24 hours, counted from the campaign's start.",
        "max over days of complaints",
        _FROM,
        _complaints(lambda c: c.peak_day),
    ),
)

# ── The regulator ────────────────────────────────────────────────────────────────────────────────


def _moment(name: str, what: str, at_ms: Callable[[RegulatorTotals], int | None]) -> Metric:
    return _metric(
        f"regulator_{name}_hours",
        f"Regulator {what} after",
        "h",
        "full_size",
        "Time from the campaign's start to the review at which the regulator "
        f"{what}, or went further at once. None where it did not.",
        "moment of that review − campaign.start",
        "world.regulator; complaints to the regulator",
        _regulator(lambda r: _hours(at_ms(r))),
        higher_is="neither",
    )


_ABOUT_THE_REGULATOR = (
    _metric(
        "regulator_stage",
        "Regulator's stage",
        "stage",
        "full_size",
        "How far the regulator went: 0 nothing, 1 contact, 2 public reminder, 3 order to stop.",
        "highest stage whose threshold is at or below the reports counted at a review",
        "world.regulator; complaints to the regulator",
        _regulator(lambda r: r.stage),
    ),
    _moment("contact", "makes contact", lambda r: r.contact_ms),
    _moment("reminder", "reminds in public", lambda r: r.reminder_ms),
    _moment("order", "orders a stop", lambda r: r.order_ms),
    _metric(
        "stopped_hours",
        "Stopped after",
        "h",
        "full_size",
        "Time from the campaign's start to the reaction to the regulator that stopped it. None "
        "where nothing did before the cutoff.",
        "moment of that review − campaign.start",
        "the strategy's reactions",
        lambda t: _hours(t.stopped_ms),
        higher_is="neither",
    ),
)

# ── Call-backs, numbers, consents ────────────────────────────────────────────────────────────────

_INBOUND = "world.call_back; the strategy's inbound.lines"

_CALL_BACKS = (
    _metric(
        "call_backs",
        "Callers back",
        "callers",
        "additive",
        "People who called the number that a voicemail gave, each message counted apart.",
        "rows of call_backs",
        "world.call_back",
        _callers(lambda c: c.callers),
        higher_is="neither",
    ),
    _metric(
        "call_backs_served",
        "Callers back served",
        "callers",
        "additive",
        "Of these, those whom an inbound line took, at whichever try.",
        "callers served",
        _INBOUND,
        _callers(lambda c: c.served),
        higher_is="better",
    ),
    _metric(
        "call_backs_lost",
        "Callers back lost",
        "callers",
        "additive",
        "Of these, those who never met a free line and gave up.",
        "call_backs − call_backs_served",
        _INBOUND,
        _callers(lambda c: c.lost),
    ),
    _metric(
        "call_back_lost_share",
        "Share of callers back lost",
        "share",
        "ratio",
        "Share of those who called back who never met a free line.",
        "call_backs_lost ÷ call_backs",
        _INBOUND,
        _callers(lambda c: divide(c.lost, c.callers)),
    ),
    _metric(
        "call_back_blocking",
        "Blocking of call backs",
        "share",
        "ratio",
        "Share of tries, repeated ones included, that met no free inbound line. Few lines block "
        "more than many at the same load each, so a scaled run overstates it.",
        "(tries − callers served) ÷ tries",
        _INBOUND,
        _callers(lambda c: divide(c.tries - c.served, c.tries)),
    ),
    _metric(
        "inbound_lines_for_1_percent",
        "Inbound lines for 1 % blocking",
        "inbound lines",
        "not_scalable",
        "Fewest inbound lines at which 1 % of first tries or fewer meet none free in the busiest "
        "hour, counted from the campaign's start (Erlang 1917). Not shown from a scaled run, "
        "whose busiest hour is too much one of chance.",
        "smallest n with B(n) ≤ 1 %; B(n) = A·B(n−1) ÷ (n + A·B(n−1)), B(0) = 1; A = first tries "
        "of that hour × mean handling time ÷ 1 h",
        "world.call_back",
        _callers(lambda c: lines_for(c.peak_load_ms / HOUR_MS, INBOUND_BLOCKING)),
        higher_is="neither",
    ),
)

_CALLER_NUMBERS = (
    _metric(
        "labelled_call_share",
        "Share of calls from labelled numbers",
        "share",
        "ratio",
        "Share of calls that came from a caller number that bore a label.",
        "calls from labelled numbers ÷ attempts",
        "call log; world.reputation",
        lambda t: None if t.reputation is None else divide(t.reputation.labelled_calls, t.attempts),
    ),
    _metric(
        "numbers_labelled_most",
        "Most numbers labelled",
        "numbers",
        "additive",
        "Most caller numbers that bore a label at the same time.",
        "max over updates of numbers labelled",
        "world.reputation",
        _numbers(lambda n: n.numbers_labelled),
    ),
)

_CONSENTS = (
    _metric(
        "consents_on_list",
        "Consents on the list",
        "lines",
        "additive",
        "Lines on the list whose people consented to such calls beforehand, withdrawn consents "
        "included.",
        "consenting lines on the list",
        "world.consent and the strategy's list",
        lambda t: t.consents,
        higher_is="neither",
    ),
    _metric(
        "consent_gathering_days",
        "Days to gather consents",
        "days",
        "ratio",
        "Days over which the world's consents were gathered, before the campaign could begin: the "
        "same for all strategies, and a price that only those pay who ask.",
        "consent.gathered.to − consent.gathered.from",
        "world.consent.gathered",
        lambda t: t.gathering_days,
        higher_is="neither",
    ),
)

FEEDBACK_METRICS: tuple[Metric, ...] = (
    *_OBJECTIONS,
    *_ABOUT_COMPLAINTS,
    *_ABOUT_THE_REGULATOR,
    *_CALL_BACKS,
    *_CALLER_NUMBERS,
    *_CONSENTS,
)
"""In the order in which they are shown, after those of reach, capacity and money."""
