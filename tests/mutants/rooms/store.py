"""What stands in a run's files, and how it is held against what stood there before."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_DIGEST = "tests/store/test_digest.py::test_a_digest_is_what_it_is_said_to_be"
_TABLES = "tests/store/test_tables.py::"

MUTANTS = (
    Mutant(
        "a missing value is as 0: as what lies in its place",
        "sim.store",
        Swap("any_a if there is None else np.where(there, any_a, 0)", "any_a"),
        _DIGEST,
    ),
    Mutant(
        "the first value's bit is the lowest: the highest",
        "sim.store:_bits",
        Swap("np.unpackbits(any_a, bitorder='little')", "np.unpackbits(any_a, bitorder='big')"),
        _DIGEST,
    ),
    Mutant(
        "arrays count by name: as they come",
        "sim.store:ArrayDigest.hexdigest",
        Swap("sorted(any_a.items())", "any_a.items()"),
        _DIGEST,
    ),
    Mutant(
        "a person taken for a machine hears what machines get: nothing",
        "sim.store:CallRows._batch",
        Swap("self._leaves[np.searchsorted(any_a, any_b, 'right')]", "False"),
        _TABLES + "test_what_calls_came_to",
    ),
    Mutant(
        "a message is heard after the call that left it has ended: after it has begun",
        "sim.store:CallRows._heard",
        Swap("any_a + chunk.hold_ms[rows]", "any_a"),
        _TABLES + "test_what_calls_came_to",
    ),
    Mutant(
        "each register has a bit of its own: all read the first",
        "sim.store",
        Swap("any_a.registers[any_b] >> number & 1", "any_a.registers[any_b] & 1"),
        _TABLES + "test_what_is_written_of_lines",
    ),
    Mutant(
        "a consent that stays has no end: an end that no date can tell",
        "sim.store:_dates",
        Swap("own == NEVER", "own < 0"),
        _TABLES + "test_what_is_written_of_lines",
    ),
    Mutant(
        "a change is told against what was: against what is",
        "sim.store:Row.change",
        Swap("any_a / self.baseline", "any_a / self.now"),
        _TABLES + "test_each_difference_of_two_baselines_is_told",
    ),
)
