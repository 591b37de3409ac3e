"""Files that are refused: each fault at its place, in words that say what to do."""

from __future__ import annotations

import pickle
from contextlib import suppress
from pathlib import Path

import pytest

from sim.regimes.load import RegimeError, load_regime

GOOD = """\
id: test
title: A test
jurisdiction: Testland
binds: all
currency: EUR
summary: Nothing much.
valid: {from: 2010-01-01}
rules:
  - id: hours
    kind: hours
    title: Days
    force: law
    from: 2010-01-01
    windows: [{days: mon-fri, from: "09:00", to: "18:00"}]
    source: {ref: R1, text: "Section 1."}
  - id: silence
    kind: silence
    title: The eve
    force: law
    from: 2010-01-01
    until: 2019-12-31
    polls:
      - name: Poll
        date: 2012-05-06
        source: {ref: R1, text: "Section 2."}
        elsewhere:
          - date: 2012-05-05
            zones: [America/Cayenne]
            source: {ref: R1, text: "Section 3."}
    source: {ref: R1, text: "Section 2."}
  - id: honour
    kind: honour_opt_out
    title: Soon
    force: recommendation
    from: 2010-01-01
    delay: 24 h
    source: {ref: R1, text: "Section 4."}
penalties:
  - id: fine
    title: A fine
    role: main
    from: 2010-01-01
    rules: [hours]
    nominal: {per: call, amount: 50, cap: 1_000}
    source: {ref: R1, text: "Section 9."}
not_regulated:
  - topic: attempts
    text: Open.
    source: {ref: R1, text: "Section 8."}
"""

RULE = """\
  - id: more
    kind: caller_number
    title: More
    force: law
    from: 2010-01-01
    forbidden_prefixes: ["06"]
    source: {ref: R1, text: "Section 5."}
"""

BAD = {
    "calendar days that are none": (
        "kind: hours\n    title: Days\n    force: law\n    from: 2010-01-01\n"
        '    windows: [{days: mon-fri, from: "09:00", to: "18:00"}]',
        "kind: frequency_cap\n    title: Days\n    force: law\n    from: 2010-01-01\n"
        "    calls: 3\n    window: 36 h\n    rolling: true\n    day: calendar",
        "15:13: rules.0.window: found 36 h; with `day: calendar` whole days are wanted, "
        "such as 30 d",
    ),
    "no source": (
        '    source: {ref: R1, text: "Section 1."}\n',
        "",
        "9:5: rules.0.source: missing: Where it is written; nothing is taken without.",
    ),
    "no first day": (
        "    force: law\n    from: 2010-01-01\n    windows",
        "    force: law\n    windows",
        "9:5: rules.0.from: missing: First day in force; nothing is taken without. "
        "Example: 2017-04-21",
    ),
    "no text of a source": (
        'source: {ref: R1, text: "Section 1."}',
        "source: {ref: R1}",
        "15:5: rules.0.source.text: missing: What the source says, or what was inferred from it.",
    ),
    "a source without a tag": (
        'source: {ref: R1, text: "Section 1."}',
        'source: {ref: the law, text: "Section 1."}',
        "15:19: rules.0.source.ref: found 'the law'; tags of sources are wanted: 'F13, F14'",
    ),
    "a penalty without a source": (
        '    source: {ref: R1, text: "Section 9."}\n',
        "",
        "39:5: penalties.0.source: missing: Where it is written; nothing is taken without.",
    ),
    "a penalty without a first day": (
        "    role: main\n    from: 2010-01-01\n",
        "    role: main\n",
        "39:5: penalties.0.from: missing: First day in force; nothing is taken without. "
        "Example: 2017-04-21",
    ),
    "an open topic without a source": (
        '    source: {ref: R1, text: "Section 8."}\n',
        "",
        "47:5: not_regulated.0.source: missing: Where that is written.",
    ),
    "a misspelt key": (
        "    windows: [{days",
        "    window: [{days",
        "9:5: rules.0.windows: missing: Weekly windows, half-open: {days, from, to}.",
        "14:5: rules.0.window: unknown key; did you mean 'windows'? allowed: from, until, id, "
        "title, force, source, confidence, inferred, applies, counts, lifted_by_consent, disputes, "
        "reading, kind, windows, holidays, holidays_code",
    ),
    "a misspelt key at the top": (
        "penalties:",
        "penaltys:",
        "38:1: penaltys: unknown key; did you mean 'penalties'? allowed: id, title, jurisdiction, "
        "binds, currency, summary, valid, penalties, not_regulated, not_modelled, notes, rules",
    ),
    "a misspelt kind": (
        "kind: silence",
        "kind: silense",
        "17:11: rules.1.kind: found 'silense'; did you mean 'silence'? allowed: hours, consent, "
        "consent_slot, register, opposition, frequency_cap, pause_after_refusal, honour_opt_out, "
        "message, identification, caller_number, silence, abandonment, data_notice, "
        "proof_of_consent, campaign_duty",
    ),
    "no kind": (
        "    kind: silence\n",
        "",
        "16:5: rules.1.kind: missing: the kind of rule. Allowed: hours, consent, consent_slot, "
        "register, opposition, frequency_cap, pause_after_refusal, honour_opt_out, message, "
        "identification, caller_number, silence, abandonment, data_notice, proof_of_consent, "
        "campaign_duty",
    ),
    "a misspelt force": (
        "force: recommendation",
        "force: recomendation",
        "34:12: rules.2.force: found 'recomendation'; did you mean 'recommendation'? allowed: law, "
        "recommendation or voluntary",
    ),
    "no such day": (
        "valid: {from: 2010-01-01}",
        "valid: {from: 2010-02-30}",
        "7:15: valid.from: found '2010-02-30'; there is no such day",
    ),
    "a date in another form": (
        "valid: {from: 2010-01-01}",
        "valid: {from: 1/1/2010}",
        "7:15: valid.from: found '1/1/2010'; a date is '2017-04-21'",
    ),
    "a rule that ends before it begins": (
        "until: 2019-12-31",
        "until: 2009-12-31",
        "21:12: rules.1.until: found 2009-12-31; it ends before it begins, 2010-01-01",
        "24:15: rules.1.polls.0.date: found 2012-05-06; its silence falls outside the rule's dates"
        ", from 2010-01-01 to 2009-12-31",
        "27:19: rules.1.polls.0.elsewhere.0.date: found 2012-05-05; its silence falls outside the "
        "rule's dates, from 2010-01-01 to 2009-12-31",
    ),
    "a rule that outlives its regime": (
        "valid: {from: 2010-01-01}",
        "valid: {from: 2010-01-01, until: 2020-12-31}",
        "9:5: rules.0: found no end; the regime itself is valid until 2020-12-31",
        "31:5: rules.2: found no end; the regime itself is valid until 2020-12-31",
        "39:5: penalties.0: found no end; the regime itself is valid until 2020-12-31",
    ),
    "a rule that begins before its regime": (
        "    force: recommendation\n    from: 2010-01-01",
        "    force: recommendation\n    from: 2009-12-31",
        "35:11: rules.2.from: found 2009-12-31; the regime itself is valid from 2010-01-01",
    ),
    "a poll outside the rule's dates": (
        "date: 2012-05-06",
        "date: 2020-01-01",
        "24:15: rules.1.polls.0.date: found 2020-01-01; its silence falls outside the rule's dates"
        ", from 2010-01-01 to 2019-12-31",
    ),
    "two rules of one name": (
        "id: silence",
        "id: hours",
        "16:9: rules.1.id: there is a rule 'hours' already, at 9:9",
    ),
    "a name in another form": (
        "id: silence",
        "id: The Silence",
        "16:9: rules.1.id: found 'The Silence'; a name has up to 60 lower-case letters, digits and "
        "'-': 'us-tcpa'",
    ),
    "a penalty for no rule": (
        "rules: [hours]",
        "rules: [hour]",
        "43:13: penalties.0.rules.0: there is no rule 'hour'; did you mean 'hours'? known: hours, "
        "silence, honour",
    ),
    "a cap below the amount": (
        "cap: 1_000",
        "cap: 10",
        "44:43: penalties.0.nominal.cap: found 10; a cap is no less than the amount, 50",
    ),
    "two penalties that are main": (
        "not_regulated:",
        "  - {id: other, title: Other, role: main, from: 2012-01-01, "
        'nominal: {per: call, amount: 1}, source: {ref: R1, text: "Section 9."}}\n'
        "not_regulated:",
        "46:37: penalties.1.role: found main; 'fine' is main on the same days: one is 'further'",
    ),
    "one reading without the other": (
        "    delay: 24 h",
        "    delay: 24 h\n    disputes: when\n    reading: strict",
        "37:15: rules.2.disputes: found 'when'; no rule gives its lenient reading",
    ),
    "a reading of nothing": (
        "    delay: 24 h",
        "    delay: 24 h\n    reading: strict",
        "37:14: rules.2.reading: needs `disputes`, the name of the question, with it",
    ),
    "a dispute without a reading": (
        "    delay: 24 h",
        "    delay: 24 h\n    disputes: when",
        "37:15: rules.2.disputes: needs `reading: strict` or `reading: lenient` with it",
    ),
    "more confidence than was held": (
        'source: {ref: R1, text: "Section 4."}',
        'source: {ref: "R1, M-low", text: "Section 4."}\n    confidence: med',
        "38:17: rules.2.confidence: found med; with a source marked M-low it is low at most",
    ),
    "confidence left out": (
        'source: {ref: R1, text: "Section 3."}',
        'source: {ref: M-med, text: "Section 3."}',
        "27:13: rules.1.polls.0.elsewhere.0: found high; with a source marked M-med it is med "
        "at most",
    ),
    "no such mark": (
        'source: {ref: R1, text: "Section 8."}',
        'source: {ref: M-medium, text: "Section 8."}',
        "49:19: not_regulated.0.source.ref: there is no mark 'M-medium'; did you mean 'M-med'? "
        "known: M-high, M-med, M-low",
    ),
    "two delays": (
        "    delay: 24 h",
        "    delay: 24 h\n    business_days: 2",
        "31:5: rules.2: has both of delay and business_days; one of them is wanted",
    ),
    "no delay": (
        "    delay: 24 h\n",
        "",
        "31:5: rules.2: has neither of delay and business_days; one of them is wanted",
    ),
    "a delay without a unit": (
        "delay: 24 h",
        "delay: 24",
        "36:12: rules.2.delay: found 24; a duration is a number with a unit, one of ms, s, min, h, "
        "d: '25 s', '1h30min', '4 h'",
    ),
    "a window that closes before it opens": (
        'to: "18:00"',
        'to: "08:00"',
        "14:50: rules.0.windows.0.to: found 08:00; a window closes after it opens, 09:00: write "
        "two that meet at midnight",
    ),
    "holidays of nowhere": (
        "    windows: [{days",
        "    holidays: closed\n    windows: [{days",
        "14:15: rules.0.holidays: found closed; it needs `holidays_code`, such as FR, with it",
    ),
    "no such zone": (
        "America/Cayenne",
        "America/Cayene",
        "28:21: rules.1.polls.0.elsewhere.0.zones.0: there is no time zone 'America/Cayene'; did "
        "you mean 'America/Cayenne'?",
    ),
    "a poll elsewhere that is nowhere": (
        "            zones: [America/Cayenne]\n",
        "",
        "27:13: rules.1.polls.0.elsewhere.0: names no place: territories or zones are wanted",
    ),
    "a caller number that may be any": (
        "penalties:",
        RULE.replace('    forbidden_prefixes: ["06"]\n', "") + "penalties:",
        "38:5: rules.3: forbids nothing: forbidden_prefixes or allowed_prefixes is wanted",
    ),
    "a prefix that YAML takes for a number": (
        "penalties:",
        RULE.replace('"06"', "06") + "penalties:",
        "43:26: rules.3.forbidden_prefixes.0: found 6; a text is wanted; put it in quotes",
    ),
    "a currency in words": (
        "currency: EUR",
        "currency: euro",
        "5:11: currency: found 'euro'; a currency is its ISO 4217 code: EUR",
    ),
    "an empty text": (
        "summary: Nothing much.",
        'summary: ""',
        "6:10: summary: is empty; a text is wanted",
    ),
    "a key that stands twice": (
        "currency: EUR\n",
        "currency: EUR\ncurrency: GBP\n",
        "6:1: currency: the key stands twice; first at 5:1",
    ),
    "a rule that is none": (
        "penalties:",
        "  - no calls\npenalties:",
        "38:5: rules.3: found 'no calls'; a rule is a map with `kind`",
    ),
}


def write(path: Path, text: str) -> Path:
    """A file with a text in it."""
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    """What is said of a bad file, without its name."""
    with pytest.raises(RegimeError) as caught:
        load_regime(path)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def test_the_good_file_is_good(tmp_path: Path) -> None:
    regime = load_regime(write(tmp_path / "test.yaml", GOOD))
    assert [rule.id for rule in regime.rules] == ["hours", "silence", "honour"]
    assert load_regime(str(tmp_path / "test.yaml")) == regime
    longer = write(tmp_path / "more.yml", GOOD.replace("penalties:", RULE + "penalties:"))
    assert len(load_regime(longer).rules) == 4


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_told_where_and_why(tmp_path: Path, case: str) -> None:
    old, new, *said = BAD[case]
    assert GOOD.count(old) == 1, "the change must hit one place"
    assert faults(write(tmp_path / "bad.yaml", GOOD.replace(old, new))) == said


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD
    for old, new, *_ in (BAD["no source"], BAD["a misspelt force"], BAD["a currency in words"]):
        text = text.replace(old, new)
    said = faults(write(tmp_path / "bad.yaml", text))
    assert [line.split(": ")[1] for line in said] == ["currency", "rules.0.source", "rules.2.force"]


@pytest.mark.parametrize("rules", ["", "rules: []\n", "rules: none\n"])
def test_a_regime_has_rules(tmp_path: Path, rules: str) -> None:
    head = GOOD.partition("rules:")[0]
    (said,) = faults(write(tmp_path / "bad.yaml", head + rules))
    assert said.split(": ")[1] == "rules"
    assert "list" in said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    with pytest.raises(RegimeError, match="there is no such file"):
        load_regime(missing)


def test_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    assert faults(write(tmp_path / "bad.yaml", "id: [test"))[0].startswith("1:")


@pytest.mark.parametrize("junk", ["", "7", "[]", "{}", "[{}]", "{a: 1}", "x", "-1", "true"])
def test_no_value_breaks_the_reader(tmp_path: Path, junk: str) -> None:
    lines = GOOD.splitlines(keepends=True)
    for number, line in enumerate(lines):
        key, colon, _ = line.partition(":")
        for changed in (f"{key}{colon} {junk}\n", f"# {line}"):
            text = "".join([*lines[:number], changed, *lines[number + 1 :]])
            with suppress(RegimeError):
                load_regime(write(tmp_path / "any.yaml", text))


def test_the_error_survives_a_process(tmp_path: Path) -> None:
    with pytest.raises(RegimeError) as caught:
        load_regime(tmp_path / "missing.yaml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, RegimeError)
    assert again.faults == caught.value.faults
