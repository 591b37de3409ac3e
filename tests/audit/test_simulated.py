"""What a simulated call is to an audit: outcomes, moments and words of the message, by hand."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

from sim.audit.inputs.simulated import Joining, facts_of
from sim.audit.tables import AuditInput
from sim.record.log import Outcome
from sim.record.never import NEVER
from sim.scenario.message import IdentityItem
from tests.hand_built import population
from tests.worlds import plain

HOUR = 3_600_000
START = 1_709_632_800_000
"""5 March 2024, 10:00 UTC."""


def input_of(outcomes: list[int], heard: list[bool] | None = None, **sections: Any) -> AuditInput:
    """Calls of 30 s to as many lines, an hour apart, by their outcomes; heard two hours later."""
    n = len(outcomes)
    line = np.arange(n, dtype=np.int32)
    columns: list[Any] = [
        line,
        np.ones(n, dtype=np.uint8),
        START + HOUR * np.arange(n, dtype=np.int64),
        np.full(n, 30_000, dtype=np.int32),
        np.array(outcomes, dtype=np.uint8),
    ]

    def hearing(lines: Any, attempts: Any) -> Any:
        assert (attempts == 1).all()
        answers = np.array(heard if heard is not None else [True] * n)[lines]
        return answers, np.full(len(lines), 2 * HOUR, dtype=np.int64)

    scenario = plain(world={"lines": n}, **sections)
    return Joining(scenario, "only", population([0] * n), hearing)(columns)


def test_a_message_is_heard_so_long_after_the_end_of_its_call() -> None:
    left = int(Outcome.MACHINE_VOICEMAIL)
    data = input_of([left, left, int(Outcome.MACHINE), left], heard=[True, False, True, True])
    assert data.calls.heard_ms is not None
    # The call of 30 s that began at 10:00 is heard at 12:00:30, the one of 13:00 at 15:00:30.
    assert data.calls.heard_ms.tolist() == [
        START + 2 * HOUR + 30_000,
        NEVER,
        NEVER,
        START + 5 * HOUR + 30_000,
    ]


ANSWERED = {
    # outcome: connected, person, abandoned, delivered without a gate, delivered with one
    Outcome.INVALID: "no no no no no",
    Outcome.BUSY: "no no no no no",
    Outcome.NO_ANSWER: "no no no no no",
    Outcome.MACHINE: "yes no no no no",
    Outcome.MACHINE_VOICEMAIL: "yes no no yes yes",
    Outcome.MACHINE_TAKEN_FOR_HUMAN: "yes no no yes no",
    Outcome.HUMAN_TAKEN_FOR_MACHINE: "yes yes yes no no",
    Outcome.HUMAN_AT_GATE: "yes yes no no no",
    Outcome.HEARD: "yes yes no yes yes",
    9: "yes yes no yes yes",
    14: "yes yes no yes yes",
    Outcome.FAILED: "no no no no no",
}
"""A machine that answers is a call that connected, whatever it was taken for."""


@pytest.mark.parametrize("gate", ["none", "press-1"])
def test_what_each_outcome_is_to_the_law(gate: str) -> None:
    outcomes = [int(code) for code in ANSWERED]
    data = input_of(outcomes, message={"gate": gate})
    wanted = [[word == "yes" for word in words.split()] for words in ANSWERED.values()]
    calls = data.calls
    delivered = 3 if gate == "none" else 4
    columns = {0: calls.connected, 1: calls.person, 2: calls.abandoned, delivered: calls.delivered}
    for place, column in columns.items():
        assert column is not None
        assert column.tolist() == [row[place] for row in wanted], place
    assert calls.rang_out is not None
    assert np.flatnonzero(calls.rang_out).tolist() == [outcomes.index(int(Outcome.NO_ANSWER))]


@pytest.mark.parametrize(
    ("says", "counts_as"),
    [
        ("postal_address", {"postal_address", "postal_address_or_free_phone"}),
        ("postal_address_or_free_phone", {"postal_address_or_free_phone"}),
        ("caller_at_start", {"caller_at_start", "caller_name"}),
        ("caller_name", {"caller_name"}),
        ("phone_number", {"phone_number"}),
        ("on_whose_behalf_at_start", {"on_whose_behalf_at_start"}),
    ],
)
def test_what_a_message_says_of_the_caller_counts_as_all_that_it_is(
    says: str, counts_as: set[str]
) -> None:
    scenario = plain(world={"lines": 10}, message={"identification": [says]})
    said = facts_of(scenario.strategies["only"]).identification
    assert {item for item, is_said in said.items() if is_said} == counts_as
    assert set(said) == set(get_args(IdentityItem))
