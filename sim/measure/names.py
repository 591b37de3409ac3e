"""Which way a metric is better, asked by its name: what a check of a scenario asks of metrics.

The names of those that ship stand here, too, for to import all metrics takes a twentieth of the
time to check a scenario. A metric that is not listed is found among all of them, only later; the
registry's test holds the list to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_BETTER = """
lines_dialled share_dialled attempts_human share_human_first lines_connected lines_gate_passed
lines_delivered_live lines_live_6s lines_live_19s lines_live_30s lines_live_60s
lines_with_voicemail lines_voicemail_heard lines_voicemail_heard_before_cutoff lines_reached
people_reached people_reached_live people_reached_voicemail_only people_reached_by_cutoff
share_of_list share_of_electorate call_backs_served votes_gained votes_per_1000_dialled
"""
_WORSE = """
lines_undialled list_done_hours cost consent_cost cost_per_person_reached lines_opted_out
opt_outs_by_key opt_outs_by_call_back opt_outs_by_complaint complaints complaints_regulator
complaints_operator complaints_social complaints_press complaints_before_cutoff
complaints_regulator_before_cutoff complaints_per_million_dials complaints_per_million_connected
complaints_per_1000_reached complaints_peak_day regulator_stage call_backs_lost
call_back_lost_share call_back_blocking labelled_call_share numbers_labelled_most cost_per_vote
complaints_per_vote
"""
_NEITHER = """
lines_on_list lines_left_alone attempts attempts_invalid attempts_busy attempts_no_answer
attempts_machine attempts_per_line voicemails_left in_progress_at_cutoff attempts_failed
lines_voicemail_heard_after_cutoff mean_hold_s channel_hours channel_occupancy carried_load_erlang
offered_load_erlang complaints_contagion_share complaints_repeat_share complaints_night_share
regulator_contact_hours regulator_reminder_hours regulator_order_hours stopped_hours call_backs
inbound_lines_for_1_percent consents_on_list consent_gathering_days votes_placebo votes_seeming
"""

LISTED: Mapping[str, str] = MappingProxyType(
    {
        name: judged
        for judged, names in (("better", _BETTER), ("worse", _WORSE), ("neither", _NEITHER))
        for name in names.split()
    }
)
"""By the name of a metric: whether a high value is better or worse for the caller, or neither."""


def higher_is(name: str) -> str | None:
    """Whether a high value of a metric is better or worse for the caller, or neither.

    None where there is no metric of that name.
    """
    if name in LISTED:
        return LISTED[name]
    from sim.measure.metrics import METRICS

    return METRICS[name].higher_is if name in METRICS else None


def names() -> tuple[str, ...]:
    """The names of all metrics."""
    from sim.measure.metrics import METRICS

    return tuple(METRICS)
