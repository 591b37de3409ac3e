"""What a message says, how it names the caller, and which number is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.audit.tables import Bools, CampaignFacts
from sim.audit.three import Three
from sim.audit.verdict import Assessed, MissingError, judged
from sim.audit.view import View
from sim.regimes.model import CallerNumberRule, IdentificationRule, MessageRule


def assess_message(view: View, rule: MessageRule) -> Assessed:
    """Every call that the rule looks at breaks it where the campaign's message does.

    Where the message told of the right to object at its start in some calls only, each call is
    judged by its own.
    """
    facts = view.data.facts
    found = _script(view, rule, _wanted(facts, rule))
    first = view.calls.objection_first
    if first is None:
        return found
    told = _script(view, rule, _wanted(replace(facts, opt_out_notice="start"), rule))
    assert found.violating is not None
    assert told.violating is not None
    broken = np.where(first, told.violating, found.violating)
    unknown = found.unknown if told.unknown is None else told.unknown
    if found.unknown is not None and told.unknown is not None:
        unknown = np.where(first, told.unknown, found.unknown)
    elif unknown is not None:
        unknown = unknown & (first if found.unknown is None else ~first)
    scope = view.scope(rule).yes
    calls = int(np.count_nonzero(scope if unknown is None else scope & ~unknown))
    notes = (*found.notes, "some calls told of the right to object at their start")
    return replace(
        found,
        calls=calls,
        violating=broken,
        unknown=unknown,
        why=found.why or told.why,
        notes=notes if first.any() else found.notes,
    )


def _wanted(facts: CampaignFacts, rule: MessageRule) -> dict[str, bool | None]:
    """What the rule requires, and whether the message has it; None where not known."""
    notice = facts.opt_out_notice
    key = facts.opt_out_key
    met = {
        "opt_out_offered": None if notice is None else notice != "none",
        "opt_out_at_start": None if notice is None else notice == "start",
        "how_to_object": facts.how_to_object,
        "opt_out_key": key,
    }
    wanted: dict[str, bool | None] = {item: met[item] for item in rule.requires}
    if rule.within is not None:
        after = facts.opt_out_key_within_ms
        soon = None if after is None else after <= rule.within
        wanted[f"opt-out within {rule.within} ms of the caller's name"] = (
            False if key is False or (notice == "none" and not key) else soon
        )
    return wanted


def assess_identification(view: View, rule: IdentificationRule) -> Assessed:
    """Every call that the rule looks at breaks it where the message does not name the caller so."""
    said = view.data.facts.identification
    return _script(view, rule, {item: said.get(item) for item in rule.requires})


def _script(
    view: View, rule: MessageRule | IdentificationRule, wanted: dict[str, bool | None]
) -> Assessed:
    scope = view.scope(rule)
    lacking = [item for item, met in wanted.items() if met is False]
    unknown = [item for item, met in wanted.items() if met is None]
    if unknown and not lacking:
        raise MissingError(f"it is not known whether the message has: {', '.join(unknown)}")
    notes = (f"the message lacks: {', '.join(lacking)}",) if lacking else ()
    return judged(scope, Three(np.full(view.n, bool(lacking))), notes=notes)


def assess_caller_number(view: View, rule: CallerNumberRule) -> Assessed:
    """Calls that show a number which may not be shown."""
    numbers = view.data.facts.caller_numbers
    if not numbers:
        raise MissingError("the numbers that were shown are not known")
    scope = view.scope(rule)
    wrong: Bools = np.array([not may_be_shown(number, rule) for number in numbers])
    which = view.calls.caller_number
    if which is not None:
        broken = wrong[which]
    elif wrong.all() or not wrong.any():
        broken = np.full(view.n, wrong[0])
    else:
        raise MissingError(
            "some of the numbers shown may not be, and the log does not say which call showed which"
        )
    return judged(scope, Three(broken))


def may_be_shown(number: str, rule: CallerNumberRule) -> bool:
    """Whether a number may be shown."""
    digits = national_digits(number, rule.regions)
    if digits is None:
        return not rule.allowed_prefixes
    if digits.startswith(tuple(rule.forbidden_prefixes)):
        return False
    return not rule.allowed_prefixes or digits.startswith(tuple(rule.allowed_prefixes))


def national_digits(number: str, regions: Sequence[str]) -> str | None:
    """A number's digits in its national form; None where it is of none of some countries."""
    if not number.startswith("+"):
        return re.sub(r"\D", "", number)
    import phonenumbers  # only here: it is slow to import

    parsed = phonenumbers.parse(number)
    codes = {phonenumbers.country_code_for_region(region) for region in regions}
    if codes and parsed.country_code not in codes:
        return None
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return re.sub(r"\D", "", national)
