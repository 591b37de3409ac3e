"""The population: shares come out, and nobody's attributes depend on anybody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.behaviour.answering import latent
from sim.record.never import NEVER
from sim.scenario.scenario import Scenario
from sim.streams import Purpose, make_key, philox_block
from sim.threshold import threshold
from sim.world.moments import Moments
from sim.world.population import Population
from sim.world.synthesis import latents, part_of, synthesise, voters_or_more
from tests.statistics import BIAS, Z, share_z
from tests.worlds import plain

LINES = 400_000


def answering(**changes: Any) -> dict[str, Any]:
    """How a type of line answers, as a scenario writes it."""
    plainly = {
        "busy": 0.0, "machine": 0.1, "human": 0.3, "no_answer": "rest", "at_ring_timeout": "25 s",
        "human_ring": "5 s", "machine_ring": "20 s",
    }  # fmt: skip
    return {**plainly, **changes}


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
    ):
        assert abs(share_z(int(column.sum()), LINES, share)) < Z
        assert abs(share_z(int(column.sum()), LINES, share / BIAS)) > Z
    assert set(found.voters.tolist()) == {2, 3}  # a mean of 2.3
    for voters, of_hearers in ((2, [0.5, 0.5]), (3, [0.25, 0.5, 0.25])):  # each further one: a half
        counts = np.bincount(found.hearers[found.voters == voters], minlength=4)[1 : voters + 1]
        assert stats.chisquare(counts, counts.sum() * np.array(of_hearers)).pvalue > 1e-4


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
    columns = columns_of(found)
    names = [name for name, column in columns.items() if len(np.unique(column)) > 1]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    pairs.remove(("voters", "hearers"))  # of more voters more hear
    for one, other in pairs:
        a, b = columns[one], columns[other]
        table = np.histogram2d(a, b, bins=(len(np.unique(a)), len(np.unique(b))))[0]
        assert stats.chi2_contingency(table).pvalue > 1e-4 / len(pairs)


def test_who_hears_a_voicemail_follows_from_the_words() -> None:
    """Of two voters both hear it on three of ten lines, by the plain block function."""
    world_ = {"lines": 300, "voters_per_line": 2, "voicemail": {"shared": 0.3}}
    found = people(plain(world=world_), seed=3)
    key = make_key(3)
    drawn = [
        philox_block((line, 0, 0, Purpose.LINE_PEOPLE), (key.k0, key.k1))[2] for line in range(300)
    ]
    expected = [1 + int(word < 3 * 2**32 // 10) for word in drawn]
    assert found.hearers.tolist() == expected
    assert 60 < sum(expected) - 300 < 120


def test_voters_behind_lines_of_which_some_have_none() -> None:
    """By SciPy's Poisson: one and so many more behind the 88 % that have any, 1.55 over all."""
    tails = voters_or_more(1.55, 0.12).astype(float) / 2**32
    more = stats.poisson(1.55 / 0.88 - 1)
    chances = np.concatenate([[1.0], tails])[: len(tails)] - tails
    assert chances[0] == pytest.approx(0.12, abs=1e-9)
    np.testing.assert_allclose(chances[1:9], 0.88 * more.pmf(np.arange(8)), atol=2e-9)
    assert tails.sum() == pytest.approx(1.55, abs=1e-7)
    # A mean below the share that has any: one each, and more lines without.
    np.testing.assert_allclose(voters_or_more(0.8, 0.1).astype(float) / 2**32, [0.8], atol=1e-9)
    world_ = {"lines": 40_000, "voters_per_line": 1.55, "lines_without_voters": 0.12}
    found = people(plain(world={**world_, "voicemail": {"shared": 0.3}}))
    counts = np.bincount(np.minimum(found.voters, 4), minlength=5)
    want = 40_000 * np.array([0.12, *(0.88 * more.pmf([0, 1, 2])), 0.88 * more.sf(2)])
    assert stats.chisquare(counts, want).pvalue > 1e-4
    assert (found.hearers <= found.voters).all()
    assert ((found.hearers == 0) == (found.voters == 0)).all()
    three = found.hearers[found.voters == 4]
    want = len(three) * stats.binom(3, 0.3).pmf(np.arange(4))
    assert stats.chisquare(np.bincount(three - 1, minlength=4), want).pvalue > 1e-4


def test_a_type_of_line_without_invalid_numbers_has_none() -> None:
    """All invalid numbers are of the type that has some: half of its lines."""
    sound = {"share": 0.5, "answering": answering(invalid=0.0)}
    half = {"share": 0.5, "answering": answering(invalid=0.5)}
    for types in ({"landline": sound, "mobile": half}, {"landline": half, "mobile": sound}):
        found = people(plain(world={"lines": 2_000, "line_types": types}))
        broken = [name for name, entry in types.items() if entry is half]
        out = np.unique(found.line_type[found.in_service == 0])
        assert [list(types)[code] for code in out] == broken
        assert 400 < (found.in_service == 0).sum() < 600


def test_columns_cannot_be_written() -> None:
    for make, count in ((world, 12), (living, 15)):
        columns = columns_of(people(make(10)))
        assert len(columns) == count
        dates = [column for column in columns.values() if isinstance(column, Moments)]
        assert len(dates) == (0 if make is world else 2)
        for column in columns.values():
            with pytest.raises((TypeError, ValueError), match=r"read-only|item assignment"):
                column[0] = 0


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


def test_a_household_shares_its_territory_and_nothing_else() -> None:
    """Without households the second lines are the same but for their territory. Within households,
    chi-square over each attribute of the first line and of the second at 1e-4 each."""

    def lines(households: Any) -> Population:
        return people(
            plain(
                world={
                    "lines": 40_000,
                    "voters_per_line": 1.5,
                    "territories": {
                        "all": {"share": 0.5},
                        "north": {"share": 0.5, "timezone": "UTC"},
                    },
                    "segments": {"a": {"share": 0.4}, "b": {"share": 0.6}},
                    "consent": {"share": 0.5},
                    "households": households,
                },
                answering={"invalid": 0.2, "machine": 0.2, "frailty": {"sd": 1.0, "cohorts": 4}},
            )
        )

    found, apart = lines({"share": 0.6}), lines(None)
    assert found.partner is not None
    second = np.flatnonzero((found.partner >= 0) & (np.arange(40_000) % 2 == 1))
    assert len(second) > 10_000
    assert (found.territory[second] == found.territory[second - 1]).all()
    assert (found.territory[second] != apart.territory[second]).mean() > 0.4
    for name in (
        "line_type", "segment", "cohort", "in_service", "has_machine", "voters",
        "hearers", "consent",
    ):  # fmt: skip
        column = getattr(found, name)
        np.testing.assert_array_equal(column, getattr(apart, name), err_msg=name)
        kinds = len(np.unique(column))
        if kinds > 1:
            pairs = np.histogram2d(column[second], column[second - 1], bins=kinds)[0]
            assert stats.chi2_contingency(pairs).pvalue > 1e-4, name


def test_the_last_line_of_an_odd_world_has_no_partner() -> None:
    """All lines are in pairs, but there is no line number 5."""
    found = people(plain(world={"lines": 5, "households": {"share": 1.0}}))
    assert found.partner is not None
    assert found.partner.tolist() == [1, 0, 3, 2, -1]
