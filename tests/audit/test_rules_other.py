"""Rules about whom and what: consent, lists, message, numbers, duties. Answers by hand."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from sim.audit.auditor import audit
from sim.audit.tables import AuditInput, CampaignFacts, Recipients
from sim.record.never import NEVER
from tests.audit.build import DAY, PARIS, breaking, log, only, reason, regime, utc

AT = utc("2024-03-05 12:00")
AUTOMATED, CALLER = frozenset({"automated"}), frozenset({"automated", "caller"})


def consents(*spans: tuple[int, int], scope: list[int] | None = None) -> Recipients:
    since, until = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    named = None if scope is None else np.array(scope)
    return Recipients(consent_from_ms=since, consent_until_ms=until, consent_scope=named)


# ── Consent ──────────────────────────────────────────────────────────────────────────────────────


def test_consent_must_hold_when_the_call_starts() -> None:
    people = consents((AT, AT + 10), (NEVER, NEVER), (0, NEVER))
    data = log([AT - 1, AT, AT + 9, AT + 10, AT, AT], line=[0, 0, 0, 0, 1, 2], recipients=people)
    assert breaking(data, {"kind": "consent"}) == [0, 3, 4]


def test_consent_must_name_what_the_rule_says() -> None:
    people = consents(*[(0, NEVER)] * 3, scope=[0, 1, -1])
    data = log([AT] * 3, recipients=people, scopes=(AUTOMATED, CALLER))
    assert breaking(data, {"kind": "consent"}) == []
    assert breaking(data, {"kind": "consent", "scope": ["automated"]}) == [2]
    assert breaking(data, {"kind": "consent", "scope": ["automated", "caller"]}) == [0, 2]
    unnamed = log([AT], recipients=consents((0, NEVER)))
    assert "consents name: caller" in reason(unnamed, {"kind": "consent", "scope": ["caller"]})


def test_consent_of_some_types_of_line() -> None:
    people = consents(*[(NEVER, NEVER)] * 2)
    types: dict[str, Any] = {"columns": {"line_type": [0, 1]}, "line_types": ("landline", "mobile")}
    data = log([AT] * 2, recipients=people, **types)
    assert breaking(data, {"kind": "consent", "applies": {"line_types": ["mobile"]}}) == [1]


@pytest.mark.parametrize(("calls", "wrong"), [("dialled", [0, 1, 2]), ("connected", [1, 2])])
def test_attempts_count_or_only_calls_that_got_so_far(calls: str, wrong: list[int]) -> None:
    columns = {"connected": [False, True, True], "delivered": [False, False, True]}
    data = log([AT] * 3, recipients=consents(*[(NEVER, NEVER)] * 3), columns=columns)
    assert breaking(data, {"kind": "consent", "applies": {"calls": calls}}) == wrong
    bare = log([AT] * 3, recipients=consents(*[(NEVER, NEVER)] * 3))
    rule = {"kind": "consent", "applies": {"calls": "connected"}}
    assert "which calls were connected" in reason(bare, rule)


def test_press_1_as_consent_covers_what_is_played_after_it() -> None:
    rule = {"kind": "consent", "press_1_counts": True}
    columns = {
        # Nobody there; hung up at the gate; pressed; a voicemail; a voicemail with consent.
        "delivered": [False, False, True, True, True],
        "pressed": [False, False, True, False, False],
    }
    people = consents(*[(NEVER, NEVER)] * 4, (0, NEVER))
    data = log([AT] * 5, recipients=people, columns=columns, facts=CampaignFacts(gate="press-1"))
    assert breaking(data, rule) == [3]
    open_door = log([AT] * 5, recipients=people, columns=columns, facts=CampaignFacts(gate="none"))
    assert breaking(open_door, rule) == [2, 3]
    unknown = log([AT], recipients=consents((NEVER, NEVER)), columns={"delivered": [True]})
    assert "let in by a key" in reason(unknown, rule)


def test_consent_that_is_not_known_is_not_assessed() -> None:
    assert "recipients' consent" in reason(log([AT]), {"kind": "consent"})
    half = Recipients(consent_from_ms=np.array([0]))
    assert "consent ended" in reason(log([AT], recipients=half), {"kind": "consent"})
    whole = consents((0, NEVER))
    assert "which slots" in reason(log([AT], recipients=whole), {"kind": "consent_slot"})


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────


def test_registers_and_oppositions() -> None:
    people = Recipients(
        registers=MappingProxyType({"bloctel": np.array([True, False])}),
        oppositions=MappingProxyType({"directory": np.array([False, True])}),
    )
    data = log([AT] * 3, line=[0, 1, 0], recipients=people)
    assert breaking(data, {"kind": "register", "name": "bloctel"}) == [0, 2]
    assert breaking(data, {"kind": "opposition"}) == [1]
    assert "'tps'" in reason(data, {"kind": "register", "name": "tps"})
    assert "'letterbox'" in reason(data, {"kind": "opposition", "name": "letterbox"})


# ── Message, identification, number ──────────────────────────────────────────────────────────────


def message(*requires: str, **more: Any) -> dict[str, Any]:
    return {"kind": "message", "requires": list(requires), **more}


def said(**facts: Any) -> AuditInput:
    return log([AT] * 2, columns={"delivered": [True, False]}, facts=CampaignFacts(**facts))


@pytest.mark.parametrize(
    ("facts", "requires", "wrong"),
    [
        ({"opt_out_notice": "end"}, ["opt_out_offered"], False),
        ({"opt_out_notice": "none"}, ["opt_out_offered"], True),
        ({"opt_out_notice": "end"}, ["opt_out_at_start"], True),
        ({"opt_out_notice": "start"}, ["opt_out_at_start"], False),
        (
            {"opt_out_notice": "start", "how_to_object": False},
            ["opt_out_at_start", "how_to_object"],
            True,
        ),
        ({"opt_out_key": True}, ["opt_out_key"], False),
        # One thing that is known to lack settles it, whatever else is not known.
        ({"opt_out_key": False}, ["opt_out_at_start", "opt_out_key"], True),
    ],
)  # fmt: skip
def test_what_a_message_says(facts: dict[str, Any], requires: list[str], wrong: bool) -> None:
    rule = message(*requires, applies={"calls": "delivered"})
    assert breaking(said(**facts), rule) == ([0] if wrong else [])


def test_how_soon_the_key_is_offered() -> None:
    rule = message("opt_out_key", within="2 s")
    assert breaking(said(opt_out_key=True, opt_out_key_within_ms=2_000), rule) == []
    assert breaking(said(opt_out_key=True, opt_out_key_within_ms=2_001), rule) == [0, 1]
    assert breaking(said(opt_out_key=False), rule) == [0, 1]
    assert "opt-out within 2000 ms" in reason(said(opt_out_key=True), rule)


def test_what_is_not_known_of_a_message_is_not_assessed() -> None:
    assert "opt_out_at_start" in reason(said(), message("opt_out_at_start"))
    rule = {"kind": "identification", "requires": ["caller_at_start", "phone_number"]}
    assert "phone_number" in reason(said(identification={"caller_at_start": True}), rule)
    assert breaking(said(identification={"caller_at_start": False}), rule) == [0, 1]
    both = {"caller_at_start": True, "phone_number": True}
    assert breaking(said(identification=both), rule) == []


def test_numbers_that_may_be_shown() -> None:
    mobile = {"kind": "caller_number", "forbidden_prefixes": ["06", "07"]}
    listed = {"kind": "caller_number", "allowed_prefixes": ["0162", "09475"]}
    assert breaking(said(caller_numbers=("06 00 00 00 00",)), mobile) == [0, 1]
    assert breaking(said(caller_numbers=("01.62.00.00.00",)), mobile) == []
    assert breaking(said(caller_numbers=("0162000000", "0947500000")), listed) == []
    assert breaking(said(caller_numbers=("0142000000",)), listed) == [0, 1]
    assert "not known" in reason(said(), mobile)
    mixed = CampaignFacts(caller_numbers=("0600000000", "0162000000"))
    assert "which call showed which" in reason(log([AT] * 2, facts=mixed), mobile)
    told = log([AT] * 2, facts=mixed, columns={"caller_number": [1, 0]})
    assert breaking(told, mobile) == [1]


# ── Duties of the campaign ───────────────────────────────────────────────────────────────────────


def broken(data: AuditInput, rule: dict[str, Any]) -> bool:
    result = only(audit(data, regime(rule)))
    assert result.assessed
    assert result.campaign
    assert result.violations in (0, 1)
    assert breaking(data, rule) == ([*range(len(data.calls))] if result.violations else [])
    return bool(result.violations)


def test_abandoned_calls() -> None:
    rule = {"kind": "abandonment", "most": "25 %", "within": "2 s"}
    columns = {
        "person": [True, True, True, True, False],
        "abandoned": [True, False, False, False, True],
    }
    within = CampaignFacts(abandoned_within_ms=2_000)
    assert not broken(log([AT] * 5, columns=columns, facts=within), rule)
    columns["abandoned"][1] = True
    assert broken(log([AT] * 5, columns=columns, facts=within), rule)
    late = CampaignFacts(abandoned_within_ms=2_001)
    assert "after 2001 ms" in reason(log([AT] * 5, columns=columns, facts=late), rule)
    assert "which calls were abandoned" in reason(log([AT]), rule)
    assert broken(log([AT], facts=CampaignFacts(abandoned_share=0.26)), rule)


def test_unanswered_calls_must_ring() -> None:
    rule = {"kind": "abandonment", "most": "3 %", "shortest_ring": "15 s"}
    facts = CampaignFacts(abandoned_share=0.0)
    columns: dict[str, Any] = {"rang_out": [True, False], "ring_ms": [15_000, 1_000]}
    assert not broken(log([AT] * 2, columns=columns, facts=facts), rule)
    columns["ring_ms"][0] = 14_999
    assert broken(log([AT] * 2, columns=columns, facts=facts), rule)
    unknown = only(audit(log([AT], facts=facts), regime(rule)))
    assert "how long unanswered calls rang is not known" in unknown.notes


@pytest.mark.parametrize(
    ("rule", "fact"),
    [
        ({"kind": "data_notice"}, "data_notice"),
        ({"kind": "proof_of_consent"}, "proof_of_consent"),
    ],
)
def test_notices_and_proof(rule: dict[str, Any], fact: str) -> None:
    assert broken(log([AT], facts=CampaignFacts(**{fact: False})), rule)  # type: ignore[arg-type]
    assert not broken(log([AT], facts=CampaignFacts(**{fact: True})), rule)  # type: ignore[arg-type]
    assert "not known" in reason(log([AT]), rule)


def test_other_duties() -> None:
    rule = {"kind": "campaign_duty", "duty": "register-with-the-authority"}
    met = CampaignFacts(duties=MappingProxyType({"register-with-the-authority": True}))
    unmet = CampaignFacts(duties=MappingProxyType({"register-with-the-authority": False}))
    assert not broken(log([AT], facts=met), rule)
    assert broken(log([AT], facts=unmet), rule)
    assert "register-with-the-authority" in reason(log([AT]), rule)


# ── Dates of rules ───────────────────────────────────────────────────────────────────────────────


def test_a_rule_counts_on_its_days_by_the_recipient_s_calendar() -> None:
    rule = {
        "kind": "hours",
        "from": "2024-03-05",
        "until": "2024-03-06",
        "windows": [{"days": "sat", "from": "10:00", "to": "11:00"}],
    }
    first = utc("2024-03-05 00:00", PARIS)
    starts = [first - 1, first, first + 2 * DAY - 1, first + 2 * DAY]
    assert breaking(log(starts), rule) == [1, 2]
    # In Wallis the rule's first day begins eleven hours earlier than in Paris.
    assert breaking(log([first - 1], zone="Pacific/Wallis"), rule) == [0]
    result = only(audit(log(starts), regime(rule)))
    assert result.notes == ("calls on days from 2024-03-05 to 2024-03-06 only",)


def test_a_rule_that_was_not_in_force_is_neither_broken_nor_unassessed() -> None:
    found = audit(log([AT]), regime({"kind": "data_notice", "from": "2025-01-01"}))
    assert only(found).status == "not_in_force"
    assert found.counts() == "no rule assessed, 0 not assessed, 1 not in force on these days"
