"""Which strategy, how sure, and what would have to be true for another: a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from analysis.console.screen import labelled, table, wrapped
from analysis.view.experiments import ahead, differing_rows, weighed_words, words_of
from analysis.view.numbers import MISSING, several
from analysis.view.rounded import chance, compared, rounded
from sim.printed import escaped

MOST_DIFFERING: Final = 8
MOST_TURNS: Final = 4


def compare_text(told: Mapping[str, Any]) -> str:
    """The screen.

    Parameters
    ----------
    told
        What ``ringfence compare --json`` prints.
    """
    each = "" if told["readings"] == 1 else f", each read {told['readings']} times"
    lines = [
        *wrapped(
            f"{told['scenario']} · {len(told['alternatives'])} alternatives under the same "
            f"{told['draws']} draws{each}"
        ),
        "",
        *_sentences(told),
        "",
        *table(list(_numbers(told))),
        "",
        *table(list(_standing(told))),
        "",
        *_versions(told),
        *_rest(told),
        "",
        *_foot(told),
    ]
    return "\n".join(escaped(line, keep="") for line in lines)


def _sentences(told: Mapping[str, Any]) -> list[str]:
    leader = told["leader"]
    one = told["alternatives"][leader]
    text = f"{leader} is best in {chance(one['best'])} of draws, by {weighed_words(told)}"
    loss = one["lost"]
    if loss is not None:
        text += f"; where it is not, it is {chance(loss['p95'])} below the best at most (P95)"
    return wrapped(f"{text}.")


def _numbers(told: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    numbers = list(next(iter(told["alternatives"].values()))["numbers"])
    yield (f"vs {told['base']}", *(words_of(number).lower() for number in numbers))
    for name, one in told["alternatives"].items():
        yield (f"  {name}", *(_cell(one, number) for number in numbers))


def _standing(told: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    yield ("Standing", "best in", "regret: median", "P95", "list done")
    for name, one in told["alternatives"].items():
        ends = (_regret(one, end) for end in ("p50", "p95"))
        yield (f"  {name}", chance(one["best"]), *ends, chance(one["finished"]))


def _cell(one: Mapping[str, Any], number: str) -> str:
    beside = one["against_base"].get(number)
    if beside is None:
        return rounded(one["numbers"][number]["p50"])
    return _ratio(beside)


def _ratio(beside: Mapping[str, Any]) -> str:
    low, high = beside["all_at_once"]
    hidden = beside["verdict"] == "within noise"
    return compared(low, beside["ratio"]["p50"], high, within_noise=hidden)


def _regret(one: Mapping[str, Any], end: str) -> str:
    if one["lost"] is not None:
        return chance(one["lost"][end])
    return rounded(one["regret"][end])


def _versions(told: Mapping[str, Any]) -> Iterator[str]:
    """Each strategy of a further version beside itself in the first."""
    if not told["versions"]:
        return
    numbers = list(told["versions"][0]["numbers"])
    rows: list[tuple[str, ...]] = [("Versions", *(words_of(number).lower() for number in numbers))]
    for one in told["versions"]:
        cells = (_ratio(one["numbers"][number]) for number in numbers)
        rows.append((f"  {one['other']}", *cells))
    yield from (*table(rows), "")


def _rest(told: Mapping[str, Any]) -> Iterator[str]:
    for one in told["dominated"]:
        yield from labelled(
            "Dominated",
            f"{one['name']}: {one['by']} is no worse in anything and better in something in "
            f"{chance(one['share'])} of draws",
        )
    for at, (name, one) in enumerate(list(told["turns"].items())[:MOST_TURNS]):
        yield from labelled("Would turn if" if not at else "", f"{name} {ahead(one)}")
    rows = differing_rows(told)
    for at, (path, values) in enumerate(rows[:MOST_DIFFERING]):
        yield from labelled("Differ in" if not at else "", f"{path}: {several(values, 6)}")
    if len(rows) > MOST_DIFFERING:
        yield from labelled("", f"and {len(rows) - MOST_DIFFERING} more: --json")
    if not rows:
        yield from labelled("Differ in", MISSING)


def _foot(told: Mapping[str, Any]) -> list[str]:
    return [
        *wrapped(
            "[ ] holds nine draws in ten, in all alternatives at once; ≈: no sign beyond noise. "
            "Regret: how far an alternative is below the best of each draw. A rule's density is "
            "the share of its draws in which it is right, its coverage the share of such draws in "
            "it."
        ),
        *(f"study: {path}" for path in told["studies"]),
    ]
