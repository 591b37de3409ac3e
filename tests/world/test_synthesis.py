"""The population: shares come out, and nobody's attributes depend on anybody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import numpy as np
from scipy import stats

from sim.behaviour.answering import latent
from sim.record.never import NEVER
from sim.scenario.scenario import Scenario
from sim.streams import Purpose, make_key, philox_block
from sim.threshold import threshold
from sim.world.population import Population
from sim.world.synthesis import latents, part_of, synthesise
from tests.statistics import BIAS, Z, share_z
from tests.worlds import plain

LINES = 400_000


def world(lines: int = LINES) -> Scenario:
    return plain(
        world={
            "lines": lines,
            "voters_per_line": 2.3,
            "territories": {
                "all": {"share": 0.7},
                "north": {"share": 0.25, "timezone": "UTC"},
                "south": {"share": 0.05, "timezone": "UTC"},
            },
            "segments": {"a": {"share": 0.4}, "b": {"share": 0.6}},
        },
        answering={"invalid": 0.05, "machine": 0.2, "frailty": {"sd": 1.0, "cohorts": 5}},
    )


def people(scenario: Scenario, seed: int = 1) -> Population:
    return synthesise(scenario, make_key(seed), latents(scenario))


def test_shares_come_out() -> None:
    """Chi-square or z at a false-alarm rate of 1e-4 each."""
    scenario = world()
    found = people(scenario)
    for column, shares in (
        (found.territory, [0.7, 0.25, 0.05]),
        (found.segment, [0.4, 0.6]),
        (found.cohort, [0.2] * 5),
    ):
        counts = np.bincount(column, minlength=len(shares))
        assert stats.chisquare(counts, LINES * np.array(shares)).pvalue > 1e-4
        biased = np.array([shares[0] * BIAS, *shares[1:]])
        biased[-1] -= shares[0] * (BIAS - 1)
        assert stats.chisquare(counts, LINES * biased).pvalue < 1e-4
    hidden = latent(scenario.world.line_types["landline"].answering, "")
    for column, share in (
        (found.in_service, 0.95),
        (found.has_machine, hidden.machine),
        (found.voters - 2, 0.3),
        (found.shared_voicemail, 0.5),
    ):
        assert abs(share_z(int(column.sum()), LINES, share)) < Z
        assert abs(share_z(int(column.sum()), LINES, share / BIAS)) > Z
    assert set(found.voters.tolist()) == {2, 3}  # a mean of 2.3


def columns_of(found: Population) -> dict[str, Any]:
    """The columns that there are."""
    columns = {f.name: getattr(found, f.name) for f in fields(Population)}
    return {name: column for name, column in columns.items() if column is not None}


def test_more_lines_change_nobody() -> None:
    for make in (world, living):
        few, many = columns_of(people(make(1000))), columns_of(people(make(70_000)))
        assert few.keys() == many.keys()
        for name, column in few.items():
            np.testing.assert_array_equal(column, many[name][:1000])


def test_attributes_are_independent() -> None:
    """Chi-square over each pair of columns at 1e-4, Bonferroni over the pairs."""
    found = people(world())
    columns = list(columns_of(found).values())
    columns = [c for c in columns if len(np.unique(c)) > 1]
    pairs = [(a, b) for i, a in enumerate(columns) for b in columns[i + 1 :]]
    for a, b in pairs:
        table = np.histogram2d(a, b, bins=(len(np.unique(a)), len(np.unique(b))))[0]
        assert stats.chi2_contingency(table).pvalue > 1e-4 / len(pairs)


def test_columns_cannot_be_written() -> None:
    for make, count in ((world, 12), (living, 15)):
        columns = columns_of(people(make(10)))
        assert len(columns) == count
        assert not any(column.flags.writeable for column in columns.values())


def test_seed_matters() -> None:
    one, other = people(world(1000), 1), people(world(1000), 2)
    assert (one.cohort != other.cohort).mean() > 0.5


# ── Consents over time, and households ───────────────────────────────────────────────────────────

GATHERED = ("2016-01-15 00:00", "2017-04-10 12:00")
WITHDRAWN_UNTIL = "2017-05-01 00:00"


def utc_ms(text: str) -> int:
    return round(dt.datetime.fromisoformat(text + "+00:00").timestamp() * 1000)


def living(lines: int = LINES, **consent: Any) -> Scenario:
    """A world with all that there is to say of consents, and with households."""
    told = {
        "share": 0.6,
        "covers_calls": 0.7,
        "gathered": {"from": GATHERED[0], "to": GATHERED[1]},
        "withdrawn": 0.25,
        "until": WITHDRAWN_UNTIL,
    }
    return plain(
        world={
            "lines": lines,
            "territories": {
                "all": {"share": 0.7},
                "north": {"share": 0.3, "timezone": "UTC"},
            },
            "consent": {k: v for k, v in {**told, **consent}.items() if v is not None},
            "households": {"share": 0.4},
        }
    )


def test_shares_of_consents_and_households_come_out() -> None:
    """z at a false-alarm rate of 1e-4 each."""
    found = people(living())
    gave = found.consent == 1
    assert found.consent_from_ms is not None
    assert found.consent_until_ms is not None
    assert found.partner is not None
    ended = found.consent_until_ms != NEVER
    consents = int(gave.sum())
    pairs = int((found.partner >= 0).sum()) // 2
    for count, of, share in (
        (consents, LINES, 0.6 * 0.7),
        (int(ended.sum()), consents, 0.25),
        (pairs, LINES // 2, 0.4),
    ):
        assert abs(share_z(count, of, share)) < Z
        assert abs(share_z(count, of, share / BIAS)) > Z


def test_consents_are_given_and_withdrawn_evenly() -> None:
    """Kolmogorov–Smirnov at 1e-4 against even spread; a tenth later is seen."""
    found = people(living())
    since, until = found.consent_from_ms, found.consent_until_ms
    assert since is not None
    assert until is not None
    gave = found.consent == 1
    assert (since[~gave] == NEVER).all()
    assert (until[~gave] == NEVER).all()
    first, last = utc_ms(GATHERED[0]), utc_ms(GATHERED[1])
    assert ((since[gave] >= first) & (since[gave] < last)).all()
    ended = until != NEVER
    end = utc_ms(WITHDRAWN_UNTIL)
    assert ((until[ended] >= since[ended]) & (until[ended] < end)).all()
    for spread in (
        (since[gave] - first) / (last - first),
        (until[ended] - since[ended]) / (end - since[ended]),
    ):
        assert stats.kstest(spread, "uniform").pvalue > 1e-4
        assert stats.kstest(0.9 * spread + 0.1, "uniform").pvalue < 1e-4


def test_consents_follow_from_their_words() -> None:
    """A few lines by the plain block function and Python's integers."""
    found = people(living(200), seed=5)
    key = make_key(5)
    first, last, end = utc_ms(GATHERED[0]), utc_ms(GATHERED[1]), utc_ms(WITHDRAWN_UNTIL)
    assert found.consent_from_ms is not None
    assert found.consent_until_ms is not None
    for line in range(200):
        wish = philox_block((line, 0, 0, Purpose.LINE_CONSENT), (key.k0, key.k1))
        fate = philox_block((line, 0, 0, Purpose.LINE_CONSENT_LIFE), (key.k0, key.k1))
        gave = wish[0] < threshold(0.6) and fate[0] < threshold(0.7)
        since = first + (fate[1] * (last - first) >> 32)
        until = since + (fate[3] * (end - since) >> 32) if fate[2] < threshold(0.25) else NEVER
        assert found.consent[line] == gave
        assert found.consent_from_ms[line] == (since if gave else NEVER)
        assert found.consent_until_ms[line] == (until if gave else NEVER)


def test_parts_of_long_spans_do_not_overflow() -> None:
    span = np.array([0, 1, 2**32 - 1, 2**32, 2**40 + 12_345, 2**43], dtype=np.int64)
    for word in (0, 1, 2**31, 2**32 - 1):
        found = part_of(span, np.full(len(span), word, dtype=np.uint32))
        assert found.tolist() == [s * word >> 32 for s in span.tolist()]


def test_households_are_pairs_in_one_territory() -> None:
    of = living(10_001)
    found = people(of)
    partner = found.partner
    assert partner is not None
    assert partner.dtype == np.int32
    lines = np.arange(10_001)
    paired = partner >= 0
    np.testing.assert_array_equal(partner[paired], lines[paired] ^ 1)
    np.testing.assert_array_equal(partner[partner[paired]], lines[paired])
    np.testing.assert_array_equal(found.territory[paired], found.territory[partner[paired]])
    assert partner[10_000] == -1  # line 10,001 is not in the world
    key = make_key(1)
    for pair in range(300):
        word = philox_block((pair, 0, 0, Purpose.LINE_HOUSEHOLD), (key.k0, key.k1))[0]
        assert (partner[2 * pair] >= 0) == (word < threshold(0.4))
    # Lines alone, and the first line of each pair, live where they would without households.
    alone = of.world.model_copy(update={"households": None})
    without = people(of.model_copy(update={"world": alone}))
    stays = ~paired | (lines % 2 == 0)
    np.testing.assert_array_equal(found.territory[stays], without.territory[stays])
    assert (found.territory != without.territory).any()
    np.testing.assert_array_equal(found.consent, without.consent)


def test_what_is_left_out_has_no_column_and_changes_nothing() -> None:
    undated = people(living(5000, gathered=None, withdrawn=None, until=None, covers_calls=None))
    dated = people(living(5000, withdrawn=None, until=None, covers_calls=None))
    ended = people(living(5000, covers_calls=None))
    assert (undated.consent_from_ms, undated.consent_until_ms) == (None, None)
    assert dated.consent_from_ms is not None
    assert dated.consent_until_ms is None
    assert ended.consent_until_ms is not None
    for other in (dated, ended):
        for name, column in columns_of(undated).items():
            np.testing.assert_array_equal(column, getattr(other, name))
    np.testing.assert_array_equal(dated.consent_from_ms, ended.consent_from_ms)
    some = people(living(5000)).consent
    assert (some <= undated.consent).all()
    assert some.sum() < undated.consent.sum()
