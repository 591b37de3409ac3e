"""Calling back, from a scenario's words to integers, and what callers will do."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.behaviour.calling_back import CallBackTables, call_back_tables, callers, calls_back
from sim.scenario.call_back import CallBack
from sim.streams import Purpose, make_key, philox_block, words
from sim.threshold import WORD
from tests.statistics import BIAS, Z, share_z

KEY = make_key(7)
LINE = np.arange(200_000, dtype=np.int32)
ATTEMPT = np.ones(len(LINE), dtype=np.uint8)


def tables(**changes: Any) -> CallBackTables:
    document: dict[str, Any] = {
        "share": 0.2,
        "delay": {"law": "lognormal", "median": "3 h", "p90": "1 d"},
        "handling": {"law": "exponential", "mean": "2 min"},
        "opts_out": 0.4,
        "redials": 0.7,
        "redial_delay": {"law": "exponential", "mean": "10 min"},
        "tries": 4,
    }
    return call_back_tables(CallBack.model_validate(document | changes), 5, (True, False))


def test_shares_and_limits_are_the_scenarios() -> None:
    found = tables()
    assert (found.share, found.opts_out, found.redials) == tuple(
        int(share * WORD) for share in (0.2, 0.4, 0.7)
    )
    assert (found.lines, found.tries, found.gives_number) == (5, 4, (True, False))
    assert found.delay.longest > 10 * 86_400_000  # a call back may come days later
    assert found.handling.longest <= 3_600_000


def test_who_calls_back_and_when_by_their_words() -> None:
    t = tables()
    who, delay = calls_back(t, words(KEY, Purpose.VOICEMAIL, LINE.view(np.uint32), ATTEMPT))
    word = words(KEY, Purpose.VOICEMAIL, LINE.view(np.uint32), ATTEMPT)
    assert who.tolist() == np.flatnonzero(word[2] < t.share).tolist()
    assert delay.tolist() == [t.delay.scalar(int(w)) for w in word[3][who]]
    assert abs(share_z(len(who), len(LINE), 0.2)) < Z
    assert abs(share_z(len(who), len(LINE), 0.2 * BIAS)) > Z


def test_what_callers_do_by_their_words() -> None:
    t = tables()
    found = callers(t, KEY, LINE[:300], ATTEMPT[:300] * np.uint8(2))
    pair = (KEY.k0, KEY.k1)
    for line in range(300):
        handling, leaves, *_ = philox_block((line, 0, 2, Purpose.CALL_BACK), pair)
        assert found.handling[line] == t.handling.scalar(handling)
        assert found.opts_out[line] == (leaves < t.opts_out)
        for blocked in (1, 2, 3):
            again, delay, *_ = philox_block((line, blocked, 2, Purpose.CALL_BACK_REDIAL), pair)
            expected = t.redial_delay.scalar(delay) if again < t.redials else 0
            assert found.wait[line, blocked - 1] == expected


def test_one_try_leaves_nothing_to_wait_for() -> None:
    assert callers(tables(tries=1), KEY, LINE[:10], ATTEMPT[:10]).wait.shape == (10, 0)
