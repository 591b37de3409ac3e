"""Results, their words, exposure, and what is shown of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.audit.auditor import audit, audits
from sim.audit.exposure import exposure
from sim.audit.shown import count_table, document
from sim.audit.tables import AuditInput, CampaignFacts, Recipients
from sim.audit.text import audit_text
from sim.audit.write import SCHEMA, VIOLATIONS, ViolationWriter
from sim.outputs import claim
from sim.record.never import NEVER
from sim.regimes.load import load_regime, regime_ids
from tests.audit.build import DAY, HOUR, PARIS, log, regime, utc

AT = utc("2024-03-05 12:00", PARIS)
NIGHT: dict[str, Any] = {
    "kind": "hours",
    "windows": [{"days": "all", "from": "08:00", "to": "21:00"}],
}
CONSENT: dict[str, Any] = {"kind": "consent"}
SOURCE = {"ref": "X1", "text": "Made up."}


def nobody(lines: int) -> Recipients:
    never = np.full(lines, NEVER)
    return Recipients(consent_from_ms=never, consent_until_ms=never)


def penalty(**more: Any) -> dict[str, Any]:
    return {
        "id": "fine",
        "title": "A court",
        "role": "main",
        "from": "2000-01-01",
        "nominal": {"per": "call", "amount": 100},
        "source": SOURCE,
        **more,
    }


# ── Results ──────────────────────────────────────────────────────────────────────────────────────


def test_counts_lines_and_the_first_and_last_moment() -> None:
    starts = [AT + 10 * HOUR, AT, AT + 11 * HOUR, AT + 9 * HOUR]
    found = audit(log(starts, line=[0, 0, 0, 1]), regime(NIGHT))
    (result,) = found.results
    # 22:00, 12:00, 23:00 and 21:00, the edge itself.
    assert (result.calls, result.violations, result.lines) == (4, 3, 2)
    assert (result.first_ms, result.last_ms) == (starts[3], starts[2])
    (rows,) = found.violations()
    assert rows.call.tolist() == [0, 2, 3]
    assert rows.hour is not None
    assert rows.hour.tolist() == [22, 23, 21]
    assert rows.weekday is not None
    assert rows.weekday.tolist() == [1, 1, 1]
    assert (rows.rule, rows.force, rows.reading) == ("rule-0", "law", None)


def test_the_line_never_says_compliant_and_never_sums_over_force() -> None:
    data = log([AT, AT + 10 * HOUR], recipients=nobody(2))
    assert audit(data, regime(CONSENT)).counts() == (
        "violations found of 1 rule of force law; of 1 rule assessed, 0 not assessed"
    )
    day = {**NIGHT, "windows": [{"days": "all", "from": "00:00", "to": "24:00"}]}
    unknown = {"kind": "register", "name": "tps"}
    clean = audit(data, regime(day, unknown))
    assert clean.counts() == "no violation found of 1 rule assessed, 1 not assessed"
    dispute = {"disputes": "question", "force": "recommendation"}
    mixed = audit(
        data,
        regime(
            NIGHT,
            {**CONSENT, **dispute, "reading": "strict"},
            {**CONSENT, **dispute, "reading": "lenient", "applies": {"line_types": ["mobile"]}},
            {**NIGHT, "force": "voluntary"},
        ),
    )
    assert mixed.counts() == (
        "violations found of 1 rule of force law, 1 rule of force recommendation in the strict "
        "reading, 1 rule of force voluntary; of 3 rules assessed, 1 not assessed"
    )
    for found in (clean, mixed):
        assert "compliant" not in audit_text(found, exposure(found)).lower()


def test_a_rule_that_counts_once_for_the_campaign() -> None:
    rule = {"kind": "identification", "requires": ["caller_at_start"], "counts": "campaign"}
    facts = CampaignFacts(identification={"caller_at_start": False})
    found = audit(log([AT, AT + DAY], facts=facts), regime(rule))
    (result,) = found.results
    assert (result.campaign, result.violations, result.lines) == (True, 1, 2)
    assert list(found.violations()) == []
    text = audit_text(found, exposure(found))
    assert re.search(r"^  rule-0 \(law\) +broken +\d", text, re.MULTILINE)
    assert "once for the campaign; first " in text


def test_a_regime_outside_of_its_days_says_so_on_every_output() -> None:
    law = regime(NIGHT, valid={"from": "2024-03-06"}, binds="commercial")
    found = audit(log([AT]), law)
    days, binds = found.warnings
    assert days == "made-up is written for days from 2024-03-06 on; the calls are of 2024-03-05"
    assert binds.startswith("made-up binds commercial calls")
    costs = exposure(found)
    assert days in " ".join(audit_text(found, costs).split())
    assert days in document(found, costs)["warnings"]


def test_an_empty_log_judges_nothing() -> None:
    found = audit(log([], lines=0), regime(NIGHT, CONSENT))
    assert found.counts() == "no rule assessed, 2 not assessed"
    assert not exposure(found).nominal


def test_every_regime_that_ships_can_be_held_against_a_log() -> None:
    data = log([AT, AT + 10 * HOUR], zone=[PARIS, "America/New_York"])
    for found in audits(data, [load_regime(name) for name in regime_ids()]):
        assert len(found.results) == len(found.regime.rules)
        assert audit_text(found, exposure(found), "hour")


# ── Exposure ─────────────────────────────────────────────────────────────────────────────────────


def test_a_call_counts_once_and_violations_each() -> None:
    data = log([AT, AT + 10 * HOUR], recipients=nobody(2))
    law = regime(NIGHT, CONSENT, penalties=[penalty()])
    (figure,) = exposure(audit(data, law)).nominal
    assert (figure.count, figure.total, figure.readings) == (2, 200, "undisputed")
    law = regime(
        NIGHT, CONSENT, penalties=[penalty(nominal={"per": "violation", "amount": 100, "cap": 250})]
    )
    (figure,) = exposure(audit(data, law)).nominal
    assert (figure.count, figure.uncapped, figure.total) == (3, 300, 250)
    law = regime(NIGHT, penalties=[penalty(nominal={"per": "campaign", "amount": 7, "cap": 7})])
    (figure,) = exposure(audit(data, law)).nominal
    assert (figure.count, figure.total) == (1, 7)


def test_only_calls_on_the_days_of_a_penalty_and_rules_that_it_is_for() -> None:
    data = log([AT, AT + DAY], recipients=nobody(2))
    law = regime(
        NIGHT,
        CONSENT,
        penalties=[
            penalty(until="2024-03-05", rules=["rule-1"]),
            penalty(id="later", **{"from": "2024-03-06"}, rules=["rule-0"]),
        ],
    )
    (figure,) = exposure(audit(data, law)).nominal
    assert (figure.penalty, figure.count) == ("fine", 1)


def test_force_and_readings_stand_apart() -> None:
    data = log([AT, AT + 10 * HOUR], recipients=nobody(2), columns={"connected": [True, False]})
    dispute = {"disputes": "question"}
    law = regime(
        {**CONSENT, **dispute, "reading": "strict"},
        {**CONSENT, **dispute, "reading": "lenient", "applies": {"calls": "connected"}},
        {**NIGHT, "force": "recommendation"},
        {**NIGHT, "force": "voluntary"},
        penalties=[penalty()],
    )
    figures = exposure(audit(data, law)).nominal
    assert [(f.force, f.readings, f.count) for f in figures] == [
        ("law", "strict", 2),
        ("law", "lenient", 1),
        ("recommendation", "undisputed", 1),
    ]
    assert "that this can cost it is not said" in figures[2].notes[0]


def test_observed_practice_is_a_distribution_with_its_n() -> None:
    cases = [
        {"case": "A", "amount": 0, "source": SOURCE},
        {"case": "B", "amount": 90, "sanctions": 3, "source": SOURCE},
    ]
    law = regime(NIGHT, penalties=[penalty(observed=cases), penalty(id="none", role="further")])
    found = audit(log([AT + 10 * HOUR]), law)
    costs = exposure(found)
    assert [p.text for p in costs.practice] == [
        "0 to 30, median 30 (n = 4)",
        "none observed, n = 0",
    ]
    text = audit_text(found, costs)
    assert "exposure in EUR (modelling, not legal advice)" in text
    assert "nominal, fine, law: 100 = 100 × 1 calls" in text
    assert "observed practice, fine: 0 to 30, median 30 (n = 4)" in text
    assert document(found, costs)["exposure"]["observed_practice"][1]["n"] == 0


# ── What is shown ────────────────────────────────────────────────────────────────────────────────


def people(counts: dict[int, int], *, personal: bool = True) -> AuditInput:
    """Calls to lines of their own at hours of one night."""
    hours = [hour for hour, count in counts.items() for _ in range(count)]
    starts = [utc("2024-03-05", PARIS) + hour * HOUR for hour in hours]
    return replace(log(starts), personal=personal)


def test_simulated_counts_are_shown_whole() -> None:
    found = audit(people({22: 1, 23: 12}, personal=False), regime(NIGHT))
    table = count_table(found, "hour")
    assert table is not None
    assert table.counts[22:, 0].tolist() == [1, 12]
    assert not table.hidden.any()


def test_few_people_are_kept_back_and_what_would_tell_of_them() -> None:
    found = audit(people({1: 40, 2: 20, 3: 30, 22: 1}), regime(NIGHT))
    table = count_table(found, "hour")
    assert table is not None
    # The one at 22:00 would follow from the total: the smallest other cell goes too.
    assert np.flatnonzero(table.hidden[:, 0]).tolist() == [2, 22]
    text = audit_text(found, exposure(found), "hour")
    assert re.search(r"^  rule-0 \(law\) +91 +91$", text, re.MULTILINE)
    assert "on 91 lines; first " in text
    shown = {line.split()[0]: line.split()[1] for line in text.splitlines() if line[2:4].isdigit()}
    assert shown == {"01": "40", "02": "*", "03": "30", "22": "*"}


def test_ten_people_are_few_and_eleven_are_not() -> None:
    law = regime(NIGHT, penalties=[penalty()])
    ten = audit(people({22: 10, 12: 30}), law)
    text = audit_text(ten, exposure(ten))
    assert re.search(r"^  rule-0 \(law\) +few \(<11\) +40$", text, re.MULTILINE)
    assert "on fewer than 11 lines" in text
    assert "kept back" in text
    rule = document(ten, exposure(ten))["rules"][0]
    assert rule["broken"]
    assert rule["kept_back"]
    assert rule["violations"] is rule["lines"] is rule["first_utc"] is None
    assert document(ten, exposure(ten))["exposure"]["nominal"][0]["total"] is None
    eleven = audit(people({22: 11, 12: 30}), law)
    assert "on 11 lines; first 2024-03-05 21h" in audit_text(eleven, exposure(eleven))
    # Many calls to few people are few people.
    data = replace(log([AT + 10 * HOUR + k for k in range(50)], line=[0] * 50), personal=True)
    assert "fewer than 11" in audit_text(audit(data, law), exposure(audit(data, law)))


def test_the_table_by_territory_takes_zones_where_territories_are_not_known() -> None:
    at = AT + 10 * HOUR
    zones = [PARIS, "America/Guadeloupe", PARIS]
    table = count_table(audit(log([at] * 3, zone=zones), regime(NIGHT)), "territory")
    assert table is not None
    assert (table.rows, table.counts[:, 0].tolist()) == ((PARIS, "America/Guadeloupe"), [2, 0])
    data = log([at] * 2, columns={"territory": [1, 1]}, territories=("a", "b"))
    table = count_table(audit(data, regime(NIGHT)), "territory")
    assert table is not None
    assert (table.rows, table.counts[:, 0].tolist()) == (("a", "b"), [0, 2])
    assert count_table(audit(log([at], zone=None), regime(CONSENT)), "hour") is None


# ── The file ─────────────────────────────────────────────────────────────────────────────────────


def test_violations_as_a_file(tmp_path: Any) -> None:
    file = tmp_path / "violations.parquet"
    data = replace(
        log([AT, AT + 10 * HOUR, AT + 11 * HOUR], recipients=nobody(3)),
        line_ids=np.array(["aa" * 8, "bb" * 8, "cc" * 8], dtype=object),
    )
    with ViolationWriter(claim(file, VIOLATIONS)) as writer:
        writer.add(audit(data, regime(NIGHT, CONSENT)))
    rows = pq.read_table(file)
    assert writer.rows == rows.num_rows == 5
    assert rows.schema.names == SCHEMA.names
    assert rows["rule"].to_pylist() == ["rule-0"] * 2 + ["rule-1"] * 3
    assert rows["line"].to_pylist()[:2] == ["bb" * 8, "cc" * 8]
    assert rows["hour"].to_pylist()[:2] == [22, 23]
    assert rows["zone"].to_pylist()[0] == PARIS
    assert rows["attempt"].null_count == 5


def test_a_file_that_fails_leaves_nothing(tmp_path: Any) -> None:
    def fail() -> None:
        with ViolationWriter(claim(tmp_path / "violations.parquet", VIOLATIONS)):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []
