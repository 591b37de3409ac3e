"""Rules, one file a kind or a few that belong together: each a pure function of view and rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.audit.rules.campaign import (
    assess_abandonment,
    assess_campaign_duty,
    assess_data_notice,
    assess_proof_of_consent,
)
from sim.audit.rules.consent import assess_consent, assess_consent_slot
from sim.audit.rules.frequency import assess_frequency_cap
from sim.audit.rules.hours import assess_hours
from sim.audit.rules.listed import assess_opposition, assess_register
from sim.audit.rules.refusals import assess_honour_opt_out, assess_pause_after_refusal
from sim.audit.rules.script import assess_caller_number, assess_identification, assess_message
from sim.audit.rules.silence import assess_silence
from sim.audit.verdict import Assessed
from sim.audit.view import View

KINDS: dict[str, Callable[[View, Any], Assessed]] = {
    "hours": assess_hours,
    "consent": assess_consent,
    "consent_slot": assess_consent_slot,
    "register": assess_register,
    "opposition": assess_opposition,
    "frequency_cap": assess_frequency_cap,
    "pause_after_refusal": assess_pause_after_refusal,
    "honour_opt_out": assess_honour_opt_out,
    "message": assess_message,
    "identification": assess_identification,
    "caller_number": assess_caller_number,
    "silence": assess_silence,
    "abandonment": assess_abandonment,
    "data_notice": assess_data_notice,
    "proof_of_consent": assess_proof_of_consent,
    "campaign_duty": assess_campaign_duty,
}
"""What assesses a rule, by its kind."""
