"""The registry of metrics: what each number is called, what it means, how it scales.

A metric is one entry of :data:`METRICS`. Everything that shows numbers (console table, report,
``ringfence explain``, baselines, data dictionary) reads the registry and nothing else.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from fractions import Fraction

from sim.errors import UnknownNameError
from sim.measure.marks import LIVE_MARKS_S
from sim.measure.metric import (
    MONEY,
    HigherIs,
    Metric,
    Number,
    divide,
)
from sim.measure.metrics_feedback import FEEDBACK_METRICS
from sim.measure.totals import Totals
from sim.record.log import DISPOSITIONS

_LOG = "call log"
_WORLD = "call log; voters of each line (world.voters_per_line)"
_HEARD = "call log; world.voicemail.heard and world.voicemail.delay"


def _lines(
    name: str,
    label: str,
    description: str,
    formula: str,
    compute: Callable[[Totals], int],
    *,
    higher_is: HigherIs = "better",
    source: str = _LOG,
) -> Metric:
    return Metric(
        name, label, "lines", "additive", higher_is, description, formula, source, compute
    )


def _disposition(index: int, description: str) -> Metric:
    name = DISPOSITIONS[index]
    return Metric(
        f"attempts_{name}",
        f"Attempts: {name.replace('_', ' ')}",
        "calls",
        "additive",
        "better" if name == "human" else "neither",
        description,
        f"calls with disposition {name}",
        _LOG,
        lambda t: t.dispositions[index],
    )


def _live(index: int) -> Metric:
    mark = LIVE_MARKS_S[index]
    return _lines(
        f"lines_live_{mark}s",
        f"Lines live ≥ {mark} s",
        f"Distinct lines on which a person heard the live message for at least {mark} s. The "
        "clock starts at the message, after the gate.",
        f"distinct lines with a call that listened ≥ {mark} s",
        lambda t: t.lines_live[index],
        source="call log; world.listening",
    )


_ALL = (
    # ── The list ──
    _lines(
        "lines_on_list",
        "Lines on the list",
        "Telephone numbers that the strategy may dial. Lines are not people and not calls.",
        "lines of the world that the list admits",
        lambda t: t.lines_on_list,
        higher_is="neither",
        source="world.lines and the strategy's list",
    ),
    _lines(
        "lines_dialled",
        "Lines dialled",
        "Distinct lines dialled at least once.",
        "distinct lines with a call",
        lambda t: t.lines_dialled,
    ),
    _lines(
        "lines_undialled",
        "Lines undialled",
        "Lines on the list that the cutoff, or a stop before it, left without a single call. Lines "
        "that were to be left alone by then are counted apart, as lines_left_alone.",
        "lines_on_list − lines_dialled − lines_left_alone",
        lambda t: t.lines_undialled,
        higher_is="worse",
    ),
    _lines(
        "lines_left_alone",
        "Lines left alone",
        "Lines on the list that were never dialled because they were to be left alone before "
        "their cutoff, or the stop: their people or their household had objected, or their "
        "consent had ended.",
        "lines on the list without a call, left alone from a moment ≤ cutoff or stop",
        lambda t: t.lines_left_alone,
        higher_is="neither",
        source="final state of the lines",
    ),
    Metric(
        "share_dialled",
        "Share of list dialled",
        "share",
        "ratio",
        "better",
        "Share of the lines on the list that were dialled at least once.",
        "lines_dialled ÷ lines_on_list",
        _LOG,
        lambda t: divide(t.lines_dialled, t.lines_on_list),
    ),
    Metric(
        "list_done_hours",
        "List done after",
        "h",
        "not_scalable",
        "worse",
        "Time from the campaign's start to the call that dialled the last undialled line. None if "
        "lines remain undialled. Not shown from a scaled run, where channels and pace are rounded.",
        "start of that call − campaign.start",
        _LOG,
        lambda t: None if t.list_done_ms is None else t.list_done_ms / 3_600_000,
    ),
    # ── Calls ──
    Metric(
        "attempts",
        "Attempts",
        "calls",
        "additive",
        "neither",
        "Calls placed, retries included.",
        "rows of the call log",
        _LOG,
        lambda t: t.attempts,
    ),
    _disposition(0, "Attempts that met a number not in service."),
    _disposition(1, "Attempts that met a busy line."),
    _disposition(2, "Attempts that rang until the ring time-out."),
    _disposition(3, "Attempts that an answering machine took."),
    _disposition(4, "Attempts that a person took, whatever detection made of it."),
    Metric(
        "attempts_per_line",
        "Attempts per line dialled",
        "calls per line",
        "ratio",
        "neither",
        "Mean number of calls to a line that was dialled.",
        "attempts ÷ lines_dialled",
        _LOG,
        lambda t: divide(t.attempts, t.lines_dialled),
    ),
    Metric(
        "share_human_first",
        "Human share of first attempts",
        "share",
        "ratio",
        "better",
        "Share of first attempts that a person took.",
        "first attempts with disposition human ÷ lines_dialled",
        _LOG,
        lambda t: divide(t.first_human, t.lines_dialled),
    ),
    Metric(
        "voicemails_left",
        "Voicemails left",
        "calls",
        "additive",
        "neither",
        "Calls that left a message on an answering machine; a line may get several.",
        "calls with outcome machine_voicemail",
        _LOG,
        lambda t: t.voicemails_left,
    ),
    Metric(
        "in_progress_at_cutoff",
        "In progress at the cutoff",
        "calls",
        "additive",
        "neither",
        "Calls that the campaign's cutoff found in progress. They run to their end and count.",
        "calls with start < cutoff < end",
        _LOG,
        lambda t: t.in_progress_at_cutoff,
    ),
    # ── Two chains of distinct lines ──
    _lines(
        "lines_connected",
        "Lines connected",
        "Distinct lines that a person or an answering machine answered at least once.",
        "distinct lines with a call of disposition machine or human",
        lambda t: t.lines_connected,
    ),
    _lines(
        "lines_gate_passed",
        "Lines past the gate",
        "Distinct lines on which a person got the live message: pressed the key, or met no gate.",
        "distinct lines with a call past the gate",
        lambda t: t.lines_gate_passed,
        source="call log; world.press_1",
    ),
    _lines(
        "lines_delivered_live",
        "Lines delivered live",
        "Distinct lines on which a person heard the live message for at least "
        "`reached_when.live`, or to its end.",
        "distinct lines with a call that listened ≥ reached_when.live, or to the end",
        lambda t: t.lines_delivered_live,
        source="call log; world.listening; the strategy's reached_when.live",
    ),
    *(_live(index) for index in range(len(LIVE_MARKS_S))),
    _lines(
        "lines_with_voicemail",
        "Lines with voicemail",
        "Distinct lines on whose answering machine at least one message was left.",
        "distinct lines with a call of outcome machine_voicemail",
        lambda t: t.lines_with_voicemail,
    ),
    _lines(
        "lines_voicemail_heard",
        "Lines voicemail heard",
        "Distinct lines on which a message left is heard, whenever that is. The share that is "
        "heard is an assumed parameter of the world.",
        "distinct lines with a message heard",
        lambda t: t.lines_voicemail_heard,
        source=_HEARD,
    ),
    _lines(
        "lines_voicemail_heard_before_cutoff",
        "Lines voicemail heard before the cutoff",
        "Of the lines on which voicemail is heard, those where the first hearing comes before the "
        "campaign's cutoff.",
        "distinct lines with first hearing < campaign.cutoff",
        lambda t: t.lines_voicemail_heard_before_cutoff,
        source=_HEARD,
    ),
    _lines(
        "lines_voicemail_heard_after_cutoff",
        "Lines voicemail heard after the cutoff",
        "Of the lines on which voicemail is heard, those where the first hearing comes at or after "
        "the campaign's cutoff: a message in the silence that follows it.",
        "lines_voicemail_heard − lines_voicemail_heard_before_cutoff",
        lambda t: t.lines_voicemail_heard - t.lines_voicemail_heard_before_cutoff,
        higher_is="neither",
        source=_HEARD,
    ),
    # ── Reach ──
    _lines(
        "lines_reached",
        "Lines reached",
        "Distinct lines delivered live or reached by voicemail, as `reached_when.voicemail` says: "
        "heard, left or never. A line in both chains counts once.",
        "distinct lines delivered live or reached by voicemail",
        lambda t: t.lines_reached,
        source="call log; the strategy's reached_when",
    ),
    Metric(
        "people_reached",
        "People reached",
        "people",
        "additive",
        "better",
        "People on the lines reached. Live reaches one person; a voicemail reaches all voters of a "
        "line that shares it, else one. A line in both chains counts once: the greater of the two, "
        "and never more than its voters. Voicemail heard after the cutoff is included.",
        "Σ over lines of max(live, voicemail), at most its voters",
        _WORLD,
        lambda t: t.people_reached,
    ),
    Metric(
        "people_reached_live",
        "People reached live",
        "people",
        "additive",
        "better",
        "People reached by a live message: one per line delivered live.",
        "one per line delivered live that has a voter",
        _WORLD,
        lambda t: t.people_reached_live,
    ),
    Metric(
        "people_reached_voicemail_only",
        "People reached by voicemail only",
        "people",
        "additive",
        "better",
        "People reached who did not hear the message live.",
        "people_reached − people_reached_live",
        _WORLD,
        lambda t: t.people_reached - t.people_reached_live,
    ),
    Metric(
        "people_reached_by_cutoff",
        "People reached by the cutoff",
        "people",
        "additive",
        "better",
        "People reached, leaving out voicemail that is first heard at or after the campaign's "
        "cutoff.",
        "as people_reached, hearing < campaign.cutoff",
        _WORLD,
        lambda t: t.people_reached_by_cutoff,
    ),
    Metric(
        "share_of_list",
        "Share of list reached",
        "share",
        "ratio",
        "better",
        "Share of the lines on the list that were reached.",
        "lines_reached ÷ lines_on_list",
        _LOG,
        lambda t: divide(t.lines_reached, t.lines_on_list),
    ),
    Metric(
        "share_of_electorate",
        "Share of electorate reached",
        "share",
        "ratio",
        "better",
        "People reached, as a share of registered voters.",
        "people_reached ÷ world.electorate",
        "call log; world.electorate",
        lambda t: divide(Fraction(t.people_reached), t.electorate),
    ),
    # ── Capacity ──
    Metric(
        "mean_hold_s",
        "Mean holding time",
        "s",
        "ratio",
        "neither",
        "Mean time for which a call holds a channel, dial to release.",
        "channel time ÷ attempts",
        _LOG,
        lambda t: divide(t.hold_ms, 1000 * t.attempts),
    ),
    Metric(
        "channel_hours",
        "Channel time",
        "channel-hours",
        "additive",
        "neither",
        "Time for which channels were held, summed over all calls.",
        "Σ holding time",
        _LOG,
        lambda t: t.hold_ms / 3_600_000,
    ),
    Metric(
        "channel_occupancy",
        "Channel occupancy",
        "share",
        "ratio",
        "neither",
        "Share of the channel time on offer in open hours that calls used, until the list was "
        "done, or until the cutoff. Open hours are those of territories that still had "
        "undialled lines. Calls that run on past the close of a window count, so a saturated "
        "campaign can pass 100 %.",
        "busy channel time ÷ ∫ channels over open hours",
        "call log; dialing.channels",
        lambda t: divide(t.busy_ms, t.available_ms),
    ),
    Metric(
        "carried_load_erlang",
        "Carried load",
        "erlang",
        "additive",
        "neither",
        "Mean number of calls in progress in open hours, until the list was done, or until the "
        "cutoff.",
        "busy channel time ÷ open hours",
        _LOG,
        lambda t: divide(t.busy_ms, t.open_ms),
    ),
    Metric(
        "offered_load_erlang",
        "Offered load",
        "erlang",
        "additive",
        "neither",
        "Channels that the pace in force would keep busy: its mean over open hours, until the list "
        "was done or the cutoff, times the mean holding time. With fewer channels than this, "
        "channels limit the campaign; with more, the pace does.",
        "mean calls per second in force × mean_hold_s",
        "call log; dialing.calls_per_second",
        lambda t: divide(t.permitted_calls * t.hold_ms, t.open_ms * t.attempts),
    ),
    # ── Money ──
    Metric(
        "cost",
        "Cost",
        MONEY,
        "additive",
        "worse",
        "What the campaign costs at the strategy's prices, gathering consents included.",
        "per_line_dialled × lines_dialled + per_attempt × attempts + per_minute × channel minutes "
        "+ per_consent × consents_on_list",
        "call log; the strategy's prices",
        lambda t: t.cost,
    ),
    Metric(
        "consent_cost",
        "Cost of consents",
        MONEY,
        "additive",
        "worse",
        "What gathering the consents on the list cost: a part of the cost. None without that "
        "price.",
        "per_consent × consents_on_list",
        "world.consent; the strategy's prices",
        lambda t: t.consent_cost,
    ),
    Metric(
        "cost_per_person_reached",
        "Cost per person reached",
        f"{MONEY} per person",
        "ratio",
        "worse",
        "Cost divided by people reached.",
        "cost ÷ people_reached",
        "call log; the strategy's prices",
        lambda t: divide(t.cost, t.people_reached),
    ),
    *FEEDBACK_METRICS,
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
"""The metrics by name, in the order in which they are shown."""

HEADLINE = (
    "lines_dialled",
    "lines_undialled",
    "list_done_hours",
    "lines_delivered_live",
    "lines_voicemail_heard",
    "people_reached",
    "people_reached_live",
    "people_reached_voicemail_only",
    "share_of_list",
    "share_of_electorate",
    "channel_occupancy",
    "cost",
    "cost_per_person_reached",
    "complaints",
    "complaints_regulator",
    "regulator_stage",
    "lines_opted_out",
)
"""Metrics that a first look shows; live and voicemail stand apart."""


def compute(totals: Totals) -> dict[str, Number]:
    """Every metric of one strategy, at the scale that was simulated.

    Returns
    -------
    dict
        Values by metric, in the order of the registry; None where a metric has no value.
    """
    return {name: metric.compute(totals) for name, metric in METRICS.items()}


def at_full_size(values: Mapping[str, Number], scale: Fraction) -> dict[str, Number]:
    """Values as they are shown: what a run at ``scale`` says about the full size.

    Parameters
    ----------
    values
        Metrics at the scale that was simulated, as :func:`compute` gives them.
    scale
        Effective scale: lines simulated ÷ lines of the scenario.

    Returns
    -------
    dict
        Additive metrics divided by the scale (counts to the nearest whole number), ratios and
        those that are of the full size already as they are, metrics that cannot be scaled None. At
        scale 1 the values themselves.
    """
    if scale == 1:
        return dict(values)
    shown: dict[str, Number] = {}
    for name, value in values.items():
        metric = METRICS[name]
        if value is None or metric.kind == "not_scalable":
            shown[name] = None
        elif metric.kind in {"ratio", "full_size"}:
            shown[name] = value
        elif isinstance(value, int):
            shown[name] = round(value / scale)
        else:
            shown[name] = value / float(scale)
    return shown


def unit_of(name: str, currency: str | None) -> str:
    """Unit of a metric, with the scenario's currency in place."""
    return METRICS[name].unit.replace(MONEY, currency or MONEY)


def nearest(name: str) -> list[str]:
    """Names of metrics that look like ``name``, best first; at most three."""
    return difflib.get_close_matches(name, METRICS, n=3, cutoff=0.5)


def explain_metric(name: str) -> str:
    """What a metric means, its unit, formula and source, as text.

    Raises
    ------
    sim.errors.UnknownNameError
        If there is no such metric; the message names the nearest ones.
    """
    if name not in METRICS:
        close = nearest(name)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UnknownNameError(f"there is no metric '{name}'{hint}")
    metric = METRICS[name]
    scaling = {
        "additive": "additive: a scaled run shows its full-size equivalent, marked",
        "full_size": "full size: a scaled run gives the full-size number, shown as it is",
        "ratio": "ratio: the same at any scale",
        "not_scalable": "not scalable: shown at full size only",
    }[metric.kind]
    judged = {
        "better": "higher is better for the caller",
        "worse": "lower is better for the caller",
        "neither": "neither high nor low is better in itself",
    }[metric.higher_is]
    return "\n".join(
        (
            f"{metric.name}: {metric.label} [{metric.unit}]",
            metric.description,
            f"formula: {metric.formula}",
            f"source:  {metric.source}",
            f"scaling: {scaling}",
            f"judged:  {judged}",
        )
    )
