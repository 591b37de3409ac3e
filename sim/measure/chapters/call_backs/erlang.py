"""How many inbound lines callers need: Erlang's loss formula, by its stable recursion."""

from __future__ import annotations


def erlang_b(load: float, lines: int) -> float:
    """Share of calls that meet no free line of so many, at a load in erlang (Erlang 1917)."""
    blocking = 1.0
    for n in range(1, lines + 1):
        blocking = load * blocking / (n + load * blocking)
    return blocking


def lines_for(load: float, blocking: float) -> int:
    """Fewest lines at which no more than a share of calls meets none free, at a load in erlang."""
    lines, met = 0, 1.0
    while met > blocking and load > 0:
        lines += 1
        met = load * met / (lines + load * met)
    return lines
