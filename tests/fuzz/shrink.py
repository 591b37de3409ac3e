"""A smaller input that fails in the same way, found cheaply: by leaving lines out."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def smallest(
    parts: Sequence[str], fails: Callable[[Sequence[str]], bool], tries: int = 60
) -> list[str]:
    """As few parts as still fail, after so many tries; `parts` themselves must fail."""
    left = list(parts)
    size = max(1, len(left) // 2)
    while tries > 0 and size:
        at = 0
        while at < len(left) and tries > 0:
            fewer = left[:at] + left[at + size :]
            tries -= 1
            if fewer and fails(fewer):
                left = fewer
            else:
                at += size
        size //= 2
    return left
