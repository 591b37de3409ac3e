"""``enforce``: what a strategy may name, and what it must then do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sim.regimes.enforcement import chosen, enforced_rules
from sim.scenario.faults import Fault, ScenarioError
from sim.scenario.load import load_scenario

FRANCE = Path(__file__).parents[2] / "scenarios" / "france-2017.yaml"
APRIL = (dt.date(2017, 4, 18), dt.date(2017, 4, 21))


def faults(tmp_path: Path, text: str) -> tuple[Fault, ...]:
    """What loading an extension of the shipped scenario complains of."""
    file = tmp_path / "trial.yaml"
    file.write_text(f"extends: {FRANCE}\nname: trial\n{text}", encoding="utf-8")
    try:
        return load_scenario(file).warnings
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


def test_a_cap_needs_few_attempts(tmp_path: Path) -> None:
    def text(lifetime: int) -> str:
        return (
            "strategies:\n  mine:\n"
            f"    attempts: {{lifetime: {lifetime}}}\n"
            "    recycle: {busy: {delay: 15 min}}\n"
            "    campaign: {start: 2024-03-04 10:00, cutoff: 2024-03-08 20:00}\n"
            "    enforce: {us-tcpa-political: [frequency_cap]}\n"
        )

    assert not [f for f in faults(tmp_path, text(3)) if f.severity == "error"]
    (found,) = [f for f in faults(tmp_path, text(4)) if f.severity == "error"]
    assert "at most 3, found 4" in found.message


def test_regimes_to_audit_must_exist(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, "regimes: [uk-pecr, uk-percr]\n")
    assert (found.line, found.path) == (3, "regimes.1")
    assert "did you mean 'uk-pecr'" in found.message


def test_consent_cannot_be_enforced_in_a_world_that_knows_none(tmp_path: Path) -> None:
    found = faults(tmp_path, "world: {consent: null}\n")
    assert [f.path for f in found if f.severity == "error"] == [
        "strategies.cnil-compliant.enforce.fr-cnil-political"
    ]
    assert "give world.consent" in found[0].message


def test_all_means_the_strict_reading_unless_told_otherwise() -> None:
    strict = {rule.id for rule in chosen("fr-cnil-political", ["all"])}
    assert "prior-consent-strict" in strict
    assert "prior-consent-lenient" not in strict
    assert [r.id for r in chosen("fr-cnil-political", ["prior-consent-lenient"])] == [
        "prior-consent-lenient"
    ]
    with pytest.raises(LookupError):
        chosen("fr-cnil-political", ["nothing"])


def test_rules_bind_in_their_time() -> None:
    """L49-1 until 2020, L49 3° since; the data notice only under the GDPR."""
    then = {r.id for r in enforced_rules({"fr-electoral-silence": ["all"]}, *APRIL)}
    assert then == {"l49-1"}
    later = (dt.date(2022, 4, 4), dt.date(2022, 4, 8))
    now = {r.id for r in enforced_rules({"fr-electoral-silence": ["all"]}, *later)}
    assert now == {"l49-3"}
