"""The packs that ship: each loads, cites sources that are listed, and says what the facts say."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sim.regimes import load_regime, regime_ids, regimes_at
from sim.regimes.load import UnknownNameError, find_rule
from sim.regimes.model import (
    ConsentRule,
    FrequencyCapRule,
    HonourOptOutRule,
    HoursRule,
    PauseAfterRefusalRule,
    SilenceRule,
    Source,
)
from sim.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]
APRIL_2017 = dt.date(2017, 4, 20)
TAG = re.compile(r"\b[A-Z]\d{1,2}\b")
HELD = {"M-high": "high", "M-med": "medium", "M-low": "low"}

every_regime = pytest.mark.parametrize("name", regime_ids())


def sources(part: Any) -> Iterator[Source]:
    """Every source in a regime or a part of one."""
    if isinstance(part, Source):
        yield part
    elif isinstance(part, tuple):
        for entry in part:
            yield from sources(entry)
    elif hasattr(type(part), "model_fields"):
        for field in type(part).model_fields:
            yield from sources(getattr(part, field))


def listed() -> set[str]:
    """Tags in the table of sources."""
    page = (ROOT / "docs" / "regimes.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| ([A-Z][\w-]*) \|", page.partition("## Sources")[2], re.MULTILINE))


def test_the_regimes_that_ship() -> None:
    assert regime_ids() == (
        "ca-adad",
        "de-uwg7",
        "fr-arcep-2023",
        "fr-cnil-political",
        "fr-consumer-2023",
        "fr-consumer-2026",
        "fr-electoral-silence",
        "uk-pecr",
        "us-tcpa-political",
    )


@every_regime
def test_a_pack_loads_under_its_own_name(name: str) -> None:
    assert load_regime(name).id == name


@every_regime
def test_sources_are_listed(name: str) -> None:
    regime = load_regime(name)
    refs = {ref for source in sources(regime) for ref in source.ref}
    text = (ROOT / "sim" / "regimes" / "packs" / f"{name}.yaml").read_text(encoding="utf-8")
    cited = refs | set(TAG.findall(re.sub(r"article L\d+|\bL\d+", "", text)))
    assert refs
    assert cited <= listed()


def test_no_source_is_listed_for_nothing() -> None:
    packs = (ROOT / "sim" / "regimes" / "packs").glob("*.yaml")
    text = " ".join(pack.read_text(encoding="utf-8") for pack in packs)
    assert [tag for tag in listed() - set(HELD) if not re.search(rf"\b{tag}\b", text)] == []


@every_regime
def test_what_was_not_read_says_so_in_words(name: str) -> None:
    for source in sources(load_regime(name)):
        for ref in source.ref:
            if ref in HELD:
                assert f"{HELD[ref]} confidence" in source.text.lower(), source.text


@every_regime
def test_every_figure_has_its_dates(name: str) -> None:
    regime = load_regime(name)
    for part in (*regime.rules, *regime.penalties):
        assert part.since >= regime.valid.since
        assert not part.in_force(part.since - dt.timedelta(days=1))
        assert part.in_force(part.since)
        if part.until is not None:
            assert part.in_force(part.until)
            assert not part.in_force(part.until + dt.timedelta(days=1))


@every_regime
def test_what_is_inferred_says_so_in_words(name: str) -> None:
    words = re.compile(r"inferred|not read|taken|dated|older|held with|as above|day of", re.I)
    regime = load_regime(name)
    for part in (*regime.rules, *regime.penalties):
        if part.inferred:
            assert words.search(part.source.text), part.id


@every_regime
def test_what_is_open_is_no_rule(name: str) -> None:
    regime = load_regime(name)
    kinds = {"hours": "hours", "attempts": "frequency_cap", "silence": "silence"}
    for topic in regime.not_regulated:
        binding = {rule.kind for rule in regime.rules if rule.force != "voluntary"}
        assert kinds.get(topic.topic) not in binding


def test_the_packs_are_in_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"sim/regimes/packs/{name}.yaml" for name in regime_ids()} <= names


# ── France ───────────────────────────────────────────────────────────────────────────────────────


def test_in_april_2017_the_cnil_recommended() -> None:
    rules = load_regime("fr-cnil-political").rules_at(APRIL_2017)
    assert {rule.force for rule in rules} == {"recommendation"}
    assert {rule.kind for rule in rules} == {"consent", "consent_slot", "message", "opposition"}


def test_both_readings_of_what_is_disputed_stand_side_by_side() -> None:
    found = {
        (rule.disputes, rule.reading)
        for rule in load_regime("fr-cnil-political").rules_at(APRIL_2017)
        if rule.disputes
    }
    assert found == {
        (question, reading)
        for question in ("press-1-as-consent", "objection-notice")
        for reading in ("strict", "lenient")
    }
    strict = consent("fr-cnil-political", "prior-consent-strict")
    lenient = consent("fr-cnil-political", "prior-consent-lenient")
    assert (strict.press_1_counts, lenient.press_1_counts) == (False, True)


def test_sums_of_the_gdpr_do_not_reach_back() -> None:
    regime = load_regime("fr-cnil-political")
    last, first = dt.date(2018, 5, 24), dt.date(2018, 5, 25)
    assert [p.nominal.amount for p in regime.penalties_at(APRIL_2017)] == [3_000_000]
    assert [p.id for p in regime.penalties_at(last)] == ["before-gdpr"]
    assert [p.id for p in regime.penalties_at(first)] == ["gdpr"]
    (gdpr,) = regime.penalties_at(first)
    assert (gdpr.nominal.amount, gdpr.nominal.turnover) == (20_000_000, 0.04)


def test_observed_practice_is_a_distribution_with_n() -> None:
    regime = load_regime("fr-cnil-political")
    (before,), (gdpr,) = regime.penalties_at(APRIL_2017), regime.penalties_at(dt.date(2026, 1, 1))
    assert (before.n, before.amounts) == (1, (0,))
    assert (gdpr.n, gdpr.amounts) == (6, (4_700,) * 5 + (20_000,))
    (fine,) = load_regime("fr-electoral-silence").penalties_at(APRIL_2017)
    assert (fine.n, fine.amounts) == (0, ())


def test_the_silence_of_2017_begins_when_the_facts_say() -> None:
    """Cutoffs in Paris time, by hand from the clocks of April 2017."""
    rule = find_rule(load_regime("fr-electoral-silence"), "l49-1")
    assert isinstance(rule, SilenceRule)
    territories = load_scenario(ROOT / "scenarios" / "france-2017.yaml").scenario.world.territories
    begins = {}
    for name, territory in territories.items():
        eve = rule.polls[0].date_in(name, territory.timezone) - dt.timedelta(days=rule.days_before)
        local = dt.datetime.combine(eve, dt.time(), ZoneInfo(territory.timezone))
        begins[name] = f"{local.astimezone(ZoneInfo('Europe/Paris')):%a %d %H:%M}"
    assert begins == {
        "metropole": "Sat 22 00:00",
        "reunion": "Fri 21 22:00",
        "mayotte": "Fri 21 23:00",
        "nouvelle-caledonie": "Fri 21 15:00",
        "wallis-et-futuna": "Fri 21 14:00",
        "polynesie-tahiti": "Fri 21 12:00",
        "polynesie-marquises": "Fri 21 11:30",
        "polynesie-gambier": "Fri 21 11:00",
        "guadeloupe": "Fri 21 06:00",
        "martinique": "Fri 21 06:00",
        "saint-martin-barth": "Fri 21 06:00",
        "guyane": "Fri 21 05:00",
        "saint-pierre-et-miquelon": "Fri 21 04:00",
    }


def test_territories_are_found_by_zone_too() -> None:
    rule = find_rule(load_regime("fr-electoral-silence"), "l49-3")
    assert isinstance(rule, SilenceRule)
    for poll in rule.polls:
        assert poll.date.isoweekday() == 7
        assert poll.date_in(None, "Indian/Reunion") == poll.date
        assert poll.date_in(None, "America/Cayenne") == poll.date - dt.timedelta(days=1)


def test_the_two_articles_meet() -> None:
    regime = load_regime("fr-electoral-silence")
    assert [r.id for r in regime.rules_at(dt.date(2020, 6, 29))] == ["l49-1"]
    assert [r.id for r in regime.rules_at(dt.date(2020, 6, 30))] == ["l49-3"]


def test_commercial_laws_are_marked_as_such() -> None:
    commercial = [name for name in regime_ids() if load_regime(name).binds == "commercial"]
    assert commercial == ["de-uwg7", "fr-consumer-2023", "fr-consumer-2026"]


def test_the_register_ends_when_the_opt_in_law_begins() -> None:
    register = find_rule(load_regime("fr-consumer-2023"), "bloctel")
    assert register.until == dt.date(2026, 8, 10)
    assert load_regime("fr-consumer-2026").valid.since == dt.date(2026, 8, 11)


def test_days_of_the_decree_are_days_of_the_calendar() -> None:
    """F35: thirty calendar days, sixty completed calendar days; no other pack speaks of them."""
    regime = load_regime("fr-consumer-2023")
    cap, pause = find_rule(regime, "cap"), find_rule(regime, "pause-after-refusal")
    assert isinstance(cap, FrequencyCapRule)
    assert isinstance(pause, PauseAfterRefusalRule)
    assert (cap.calls, cap.window_days, cap.day) == (4, 30, "calendar")
    assert (pause.days, pause.day) == (60, "calendar")
    others = [
        (name, rule.id)
        for name in regime_ids()
        for rule in load_regime(name).rules
        if getattr(rule, "day", "") == "calendar" and name != "fr-consumer-2023"
    ]
    assert others == []


# ── Elsewhere ────────────────────────────────────────────────────────────────────────────────────


def test_three_calls_in_any_thirty_days_to_landlines() -> None:
    regime = load_regime("us-tcpa-political")
    cap = find_rule(regime, "cap-landline")
    assert isinstance(cap, FrequencyCapRule)
    assert (cap.calls, cap.window, cap.rolling) == (3, 30 * 86_400_000, True)
    assert (cap.applies.line_types, cap.lifted_by_consent) == (("landline",), True)
    assert cap not in regime.rules_at(dt.date(2023, 7, 19))
    assert cap in regime.rules_at(dt.date(2023, 7, 20))
    honour = find_rule(regime, "honour-opt-out")
    assert isinstance(honour, HonourOptOutRule)
    assert honour.business_days == 10


def test_federal_hours_are_a_choice() -> None:
    hours = [rule for rule in load_regime("us-tcpa-political").rules if rule.kind == "hours"]
    assert [rule.force for rule in hours] == ["voluntary"]


def test_since_february_2026_attempts_count_in_the_united_kingdom() -> None:
    regime = load_regime("uk-pecr")
    for day, calls, most in (
        (dt.date(2026, 2, 4), "connected", 500_000),
        (dt.date(2026, 2, 5), "dialled", 17_500_000),
    ):
        (rule,) = (r for r in regime.rules_at(day) if isinstance(r, ConsentRule))
        (penalty,) = (p for p in regime.penalties_at(day) if p.role == "main")
        assert (rule.applies.calls, rule.scope) == (calls, ("automated", "caller"))
        assert penalty.nominal.amount == most


def test_the_british_casebook() -> None:
    regime = load_regime("uk-pecr")
    (fines,) = (p for p in regime.penalties if p.id == "ico-until-2026")
    assert (fines.n, fines.amounts[0], fines.amounts[-1]) == (12, 0, 500_000)
    assert sum(fines.amounts) == 2_915_000
    assert {case.case for case in fines.observed if case.political} == {"Liberal Democrats", "SNP"}


def test_hours_in_canada_differ_at_weekends() -> None:
    hours = find_rule(load_regime("ca-adad"), "hours")
    assert isinstance(hours, HoursRule)
    assert [(w.days, w.opens, w.closes) for w in hours.windows] == [
        ((0, 1, 2, 3, 4), 540, 1290),
        ((5, 6), 600, 1080),
    ]


def test_a_bad_script_is_one_violation_in_canada() -> None:
    regime = load_regime("ca-adad")
    assert {rule.id for rule in regime.rules if rule.counts == "campaign"} == {
        "identification",
        "voter-contact-registry",
    }
    (penalty,) = (p for p in regime.penalties if p.role == "main")
    assert sum(penalty.amounts) == pytest.approx(369_900)
    assert penalty.n == 7


# ── Finding them ─────────────────────────────────────────────────────────────────────────────────


def test_regimes_of_a_day() -> None:
    assert [regime.id for regime in regimes_at(APRIL_2017)] == [
        "ca-adad",
        "fr-cnil-political",
        "fr-electoral-silence",
        "uk-pecr",
        "us-tcpa-political",
    ]
    assert regimes_at(dt.date(1990, 1, 1)) == ()


def test_an_unknown_regime_is_told_the_nearest() -> None:
    with pytest.raises(
        UnknownNameError, match=r"no regime 'fr-cnil-politcal'; did you mean 'fr-cn"
    ):
        load_regime("fr-cnil-politcal")


def test_an_unknown_rule_is_told_the_nearest() -> None:
    with pytest.raises(
        UnknownNameError, match=r"uk-pecr: .* 'abandon'; did you mean 'abandonment'"
    ):
        find_rule(load_regime("uk-pecr"), "abandon")


def test_a_regime_is_read_once_and_cannot_change() -> None:
    regime = load_regime("uk-pecr")
    assert load_regime("uk-pecr") is regime
    with pytest.raises(ValueError, match="frozen"):
        regime.title = "another"  # type: ignore[misc]


def consent(regime: str, rule: str) -> ConsentRule:
    """A consent rule of a regime."""
    found = find_rule(load_regime(regime), rule)
    assert isinstance(found, ConsentRule)
    return found
