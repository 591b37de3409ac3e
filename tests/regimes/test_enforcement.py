"""``enforce``: what a strategy may name, and what it must then do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sim.errors import Fault, ScenarioError, UnknownNameError
from sim.loading.load import load
from sim.regimes import enforcement
from sim.regimes.enforcement import chosen, enforced_rules
from sim.regimes.laws import Laws
from sim.regimes.load import load_pack, load_regime
from sim.regimes.model import HonourOptOutRule
from tests.scenario.example import FEEDBACK, changed

FRANCE = Path(__file__).parents[2] / "scenarios" / "france-2017.yaml"
CNIL = load_regime("fr-cnil-political")
LAWS = Laws({"fr-electoral-silence": load_pack("fr-electoral-silence")})
APRIL = (dt.date(2017, 4, 18), dt.date(2017, 4, 21))


def faults(tmp_path: Path, text: str) -> tuple[Fault, ...]:
    """What loading an extension of the shipped scenario complains of."""
    file = tmp_path / "trial.yaml"
    file.write_text(f"extends: {FRANCE}\nname: trial\n{text}", encoding="utf-8")
    try:
        return load(file).warnings
    except ScenarioError as error:
        return error.faults


@pytest.mark.parametrize(
    ("enforce", "line", "words"),
    [
        ("fr-cnil-politcal: [all]", 6, "no regime 'fr-cnil-politcal'; did you mean"),
        ("fr-cnil-political: [consnt]", 6, "no rule 'consnt'; did you mean 'consent'"),
        ("fr-cnil-political: [all]", 6, "needs a message with opt_out_at_start, how_to_object"),
        ("ca-adad: [identification]", 6, "needs a message with on_whose_behalf_at_start"),
        ("fr-cnil-political: [prior-consent-lenient]", 6, "no voicemail"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_line(
    tmp_path: Path, enforce: str, line: int, words: str
) -> None:
    text = f"strategies:\n  mine:\n    enforce:\n      {enforce}\n"
    found = [fault for fault in faults(tmp_path, text) if fault.path.startswith("strategies.mine")]
    assert [fault.line for fault in found] == [line]
    assert words in found[0].message
    assert found[0].severity == "error"


def test_a_cap_leaves_the_number_of_attempts_free(tmp_path: Path) -> None:
    """The dialer keeps a rolling cap by itself."""
    text = (
        "strategies:\n  mine:\n"
        "    attempts: {lifetime: 9}\n"
        "    recycle: {busy: {delay: 15 min}}\n"
        "    campaign: {start: 2024-03-04 10:00, cutoff: 2024-03-08 20:00}\n"
        "    enforce: {us-tcpa-political: [frequency_cap]}\n"
    )
    assert not [f for f in faults(tmp_path, text) if f.severity == "error"]


# ── Objections and refusals ──────────────────────────────────────────────────────────────────────

OBJECTING = FEEDBACK.replace("2017-", "2025-").replace("2025-04-18", "2025-05-05")
OBJECTING = OBJECTING.replace("2025-04-21 20:00}", "2025-05-09 20:00}")
"""A campaign in May 2025, in which people object by key, call-back and complaint."""
HONOUR = "rule 'honour-opt-out' demands that an objection is honoured within 10 business days"
PAUSE = "rule 'pause-after-refusal' allows no call from the moment of a refusal on"


def unkept(
    tmp_path: Path, enforce: str, *changes: tuple[str, str], drop: tuple[str, ...] = ()
) -> list[str]:
    """What is said of ``enforce`` in a campaign in which people object; without parts of it."""
    file = tmp_path / "objecting.yaml"
    file.write_text(changed(*changes, text=OBJECTING), encoding="utf-8")
    sets = [f"enforce={enforce}", *(f"world.{part}=null" for part in drop)]
    try:
        found = load(file, sets).warnings
    except ScenarioError as error:
        found = error.errors
        assert {f.path.split(".")[0] for f in found} == {"enforce"}, found
    return [f.message for f in found if f.severity == "error"]


TCPA = "{us-tcpa-political: [honour-opt-out]}"
CONSUMER = "{fr-consumer-2023: [%s]}"
NO_REFRESH = (", refresh: 6 h", "")
AT_ONCE = ("key_press: 1 min, ", "")
NOBODY = ("regulator", "complaints", "call_back")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((), []),
        ((("refresh: 6 h", "refresh: 10 d"),), []),
        ((("refresh: 6 h", "refresh: 241 h"),), ["; suppression.refresh is 241 h"]),
        ((NO_REFRESH,), ["; suppression.refresh is left out"]),
        ((("key_press: 1 min", "key_press: 10 d"),), []),
        ((("key_press: 1 min", "key_press: 11 d"),), ["; suppression.key_press is 11 d"]),
    ],
)
def test_objections_are_honoured_in_time(
    tmp_path: Path, change: tuple[tuple[str, str], ...], said: list[str]
) -> None:
    expected = [f"{HONOUR}{words}, so it cannot be kept in full" for words in said]
    assert unkept(tmp_path, TCPA, *change) == expected


def test_the_key_alone_needs_no_refresh(tmp_path: Path) -> None:
    assert unkept(tmp_path, TCPA, NO_REFRESH, drop=NOBODY) == []
    # Complaints of which the caller never learns, and a number that nobody was given.
    deaf = (("    horizon: 30 d", "    opts_out: 0 %"), (", call_back: true", ""))
    assert unkept(tmp_path, TCPA, NO_REFRESH, *deaf) == []
    assert len(unkept(tmp_path, TCPA, NO_REFRESH, deaf[0])) == 1
    assert len(unkept(tmp_path, TCPA, NO_REFRESH, deaf[1])) == 1


@pytest.mark.parametrize("names", ["all", "pause_after_refusal", "pause-after-refusal"])
def test_a_refusal_that_comes_by_the_next_refresh_is_not_honoured_at_once(
    tmp_path: Path, names: str
) -> None:
    rest = "; to enforce the others, name them: hours, cap, bloctel" if names == "all" else ""
    (said,) = unkept(tmp_path, CONSUMER % names, AT_ONCE)
    assert said == (
        f"{PAUSE}; one by call-back or complaint reaches the dialer only at the next refresh of "
        f"its list, so it cannot be kept in full{rest}"
    )
    assert unkept(tmp_path, CONSUMER % "hours, cap, bloctel", AT_ONCE) == []
    assert unkept(tmp_path, CONSUMER % names, AT_ONCE, drop=NOBODY) == []


def test_a_refusal_by_key_is_honoured_at_once_or_not(tmp_path: Path) -> None:
    (said,) = unkept(tmp_path, CONSUMER % "pause_after_refusal", drop=NOBODY)
    assert said == f"{PAUSE}; suppression.key_press is 1 min, so it cannot be kept in full"


def test_a_delay_in_hours(tmp_path: Path) -> None:
    """No pack that ships has one: the rule is built here."""
    rule = HonourOptOutRule.model_validate(
        {
            "id": "soon", "title": "Soon", "force": "law", "from": "2024-01-01",
            "source": {"ref": "X1", "text": "Made up."}, "kind": "honour_opt_out", "delay": "5 h",
        }
    )  # fmt: skip
    file = tmp_path / "s.yaml"
    file.write_text(OBJECTING, encoding="utf-8")
    scenario = load(file).scenario
    (said,) = enforcement._late(rule, scenario.strategies["as-run"], scenario.world)
    assert said.endswith("is honoured within 5 h; suppression.refresh is 6 h")
    assert list(enforcement._late(rule, scenario.strategies["as-run"], None)) == []


def test_a_key_must_be_offered_soon_enough(tmp_path: Path) -> None:
    key = "{us-tcpa-political: [opt-out-key]}"
    assert unkept(tmp_path, key) == []
    late = unkept(tmp_path, key, ("opt_out_key_within: 2 s", "opt_out_key_within: 2001 ms"))
    unknown = unkept(tmp_path, key, (", opt_out_key_within: 2 s", ""))
    assert late == unknown
    assert late == ["rule 'opt-out-key' needs a message with opt_out_key_within of at most 2 s"]


def test_regimes_to_audit_must_exist(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, "regimes: [uk-pecr, uk-percr]\n")
    assert (found.line, found.path) == (3, "regimes.1")
    assert "did you mean 'uk-pecr'" in found.message


def test_consent_cannot_be_enforced_in_a_world_that_knows_none(tmp_path: Path) -> None:
    found = faults(tmp_path, "world: {consent: null}\n")
    assert [f.path for f in found if f.severity == "error"] == [
        "strategies.cnil-compliant.enforce.fr-cnil-political"
    ]
    (error,) = (fault for fault in found if fault.severity == "error")
    assert "give world.consent" in error.message


def test_all_means_the_strict_reading_unless_told_otherwise() -> None:
    strict = {rule.id for rule in chosen(CNIL.rules, ["all"])}
    assert "prior-consent-strict" in strict
    assert "prior-consent-lenient" not in strict
    assert [r.id for r in chosen(CNIL.rules, ["prior-consent-lenient"])] == [
        "prior-consent-lenient"
    ]
    with pytest.raises(UnknownNameError):
        chosen(CNIL.rules, ["nothing"])


def test_rules_bind_in_their_time() -> None:
    """L49-1 until 2020, L49 3° since; the data notice only under the GDPR."""
    then = {r.id for r in enforced_rules(LAWS, {"fr-electoral-silence": ["all"]}, *APRIL)}
    assert then == {"l49-1"}
    later = (dt.date(2022, 4, 4), dt.date(2022, 4, 8))
    now = {r.id for r in enforced_rules(LAWS, {"fr-electoral-silence": ["all"]}, *later)}
    assert now == {"l49-3"}
