"""The sections of the benchmark: each takes its measurements and makes a table of them."""

from __future__ import annotations

import math
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from benchmarks import console
from benchmarks.process import measure
from benchmarks.sample import Sample
from benchmarks.sizes import (
    BIG,
    CHANNELS,
    FEEDBACK_MB,
    LIVELY,
    PEAK_MB,
    PROMPT_SECONDS,
    QUIET,
    RATIO,
    SLOWER,
    Sizes,
)
from benchmarks.table import megabytes, reached, spread, table

RIVALS = {
    "simpy_channels": "SimPy, process per channel",
    "simpy_calls": "SimPy, process and request per call",
    "salabim_channels": "salabim, component per channel",
    "ciw_loop": "Ciw, server per channel",
}
"""Modules of :mod:`benchmarks.rivals` and what they are."""

TOLERANCE = 0.001
"""Most relative difference of the ends of the last calls."""


def engine(size: Sizes) -> Table:
    """The engine on the six-million scenario."""
    out = table(
        f"1. The engine: france-2017, {size.lines:,} lines, one core, no feedback unless named",
        "strategy", "calls", "calls/s", "ns a call", "spread", "peak MB", "limits",
    )  # fmt: skip
    for name, strategy, sets, floor, aim in BIG:
        found = measure(
            "engine", lines=size.lines, strategy=strategy, sets=sets, repeats=size.repeats
        )
        limits = [reached(f"floor {floor / 1e6:.0f} M", found.rate >= floor, size)]
        if aim:
            limits.append(reached(f"aim {aim / 1e6:.0f} M", found.rate >= aim, size))
        out.add_row(
            name, f"{found.units:,}", f"{found.rate / 1e6:.2f} M", f"{found.ns:.0f}",
            spread(found), megabytes(found), ", ".join(limits),
        )  # fmt: skip
    return out


def feedback(size: Sizes) -> Table:
    """What acts back, on and off."""
    out = table(
        f"2. All feedback on and off: as-run, {size.lines:,} lines, the engine with the tally",
        "feedback", "calls", "seconds", "on : off", "peak MB", "limits",
    )  # fmt: skip
    found = measure(
        "feedback", lines=size.lines, strategy="as-run", on=LIVELY, off=QUIET, repeats=size.repeats
    )
    off, on = found.facts["seconds without"], found.facts["seconds with"]
    limits = [
        reached(f"{SLOWER:.2f} ×", on <= SLOWER * off, size),
        reached(f"{FEEDBACK_MB:,.0f} MB", found.peak_mb < FEEDBACK_MB, size),
    ]
    out.add_row("off", f"{found.facts['calls without']:,.0f}", f"{off:.2f}", "", "", "")
    out.add_row(
        "on", f"{found.units:,}", f"{on:.2f}", f"{on / off:.2f} ×", megabytes(found),
        ", ".join(limits),
    )  # fmt: skip
    return out


def reference(size: Sizes) -> Table:
    """The reference engine beside it, on one plan."""
    out = table(
        f"3. The reference engine: as-run at {size.reference_lines:,} lines, the same plan",
        "engine", "calls", "calls/s", "ns a call", "spread", "peak MB", "fast : this", "limit",
    )  # fmt: skip
    lines = size.reference_lines
    fast = measure(
        "engine", lines=lines, strategy="as-run", sets=(), scaled=True, repeats=size.repeats
    )
    slow = measure("reference", lines=lines, strategy="as-run", repeats=size.slow_repeats)
    for name, found in (("fast", fast), ("reference", slow)):
        ratio = found.ns / fast.ns
        limit = reached(f"{RATIO:.0f} ×", ratio >= RATIO, size) if found is slow else ""
        out.add_row(
            name, f"{found.units:,}", f"{found.rate:,.0f}", f"{found.ns:,.0f}",
            spread(found), megabytes(found), f"{ratio:,.0f} ×", limit,
        )  # fmt: skip
    return out


def rivals(size: Sizes) -> tuple[Table, bool]:
    """Other simulators on the reduced model; and whether all did the same work."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "calls")
        shared = size.shared_calls
        found = {
            "Ringfence, fast engine": measure(
                "reduced", engine="fast", calls=size.reduced_calls, shared=shared,
                repeats=size.repeats, into=file,
            ),
            "Ringfence, reference engine": measure(
                "reduced", engine="reference", calls=shared, shared=shared,
                repeats=size.slow_repeats,
            ),
        }  # fmt: skip
        for rival, name in RIVALS.items():
            repeats = size.slow_repeats if rival == "ciw_loop" else size.repeats
            found[name] = measure(
                "rival", rival=rival, calls_file=file, channels=CHANNELS, repeats=repeats
            )
    first = next(iter(found.values()))
    out = table(
        f"4. Other simulators: the reduced model, {CHANNELS:,} channels; "
        f"results compared at {shared:,} calls",
        "simulator", "calls", "calls/s", "ns a call", "spread", "peak MB", "fast : this",
        "last call ends", "same work",
    )  # fmt: skip
    for name, sample in found.items():
        out.add_row(
            name, f"{sample.units:,}", f"{sample.rate:,.0f}", f"{sample.ns:,.0f}",
            spread(sample), megabytes(sample), f"{sample.ns / first.ns:,.1f} ×",
            f"{sample.facts['makespan_ms'] / 1000:,.3f} s",
            "yes" if same_work(sample.facts, first.facts) else "NO",
        )  # fmt: skip
    return out, all(same_work(sample.facts, first.facts) for sample in found.values())


def same_work(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether as many calls ended in each way, and the last at the same time.

    The times may differ by :data:`TOLERANCE`: our pace, even one that never binds, lets the call
    after a pause start no sooner than a millisecond later; the rivals have no pace.
    """
    near = math.isclose(one["makespan_ms"], other["makespan_ms"], rel_tol=TOLERANCE)
    return near and all(one[k] == other[k] for k in one if k != "makespan_ms")


def parts(size: Sizes) -> tuple[Table, Table]:
    """Nanoseconds a call by component of the engine, and of what is around it."""
    found = {
        name: measure("parts", lines=size.lines, strategy=strategy, sets=sets, repeats=size.repeats)
        for name, strategy, sets, _, _ in BIG
    }
    out = table(f"5. Nanoseconds a call by component: {size.lines:,} lines", "component", *found)
    names = dict.fromkeys(part for sample in found.values() for part in sample.parts)
    for part in sorted(names, key=lambda name: name == "rest"):
        out.add_row(part, *(f"{median_of(sample, part):.1f}" for sample in found.values()))
    out.add_section()
    out.add_row("together", *(f"{sample.ns:.1f}" for sample in found.values()))

    around = measure(
        "before_and_after", lines=size.lines, strategy="as-run", repeats=size.slow_repeats
    )
    beside = table("Around the engine: as-run", "component", "nanoseconds")
    for part in around.parts:
        beside.add_row(part, f"{median_of(around, part):.1f}")
    return out, beside


def median_of(sample: Sample, part: str) -> float:
    """Median over the repeats, ns; 0 for what did not happen."""
    return statistics.median(sample.parts.get(part, (0.0,)))


def prompt_to_prompt(size: Sizes) -> Table:
    """The console command: as shipped, with a call log, and with feedback all on and all off."""
    out = table(
        f"6. ringfence run, prompt to prompt, warm cache: as-run at {size.scale}",
        "command", "seconds", "on : off", "spread", "peak MB", "limits",
    )  # fmt: skip

    def timed(repeats: int, *more: str) -> Sample:
        arguments = ["--strategy", "as-run", "--scale", size.scale, *more]
        return console.measure(lines=size.lines, arguments=arguments, repeats=repeats)

    def settings(sets: Sequence[str]) -> list[str]:
        return [word for setting in sets for word in ("--set", setting)]

    shipped = timed(size.repeats)
    logged = timed(size.slow_repeats, "--calls")
    # Where nobody complains, no law of complaints can be drawn together with others.
    off = timed(size.repeats, *settings((*QUIET, "joint=[]")))
    on = timed(size.repeats, *settings(LIVELY))
    ratio = on.median_s / off.median_s
    for name, found, compared, limits in (
        (
            "as shipped", shipped, "",
            [
                reached(f"{PROMPT_SECONDS:.0f} s", shipped.median_s < PROMPT_SECONDS, size),
                reached(f"{PEAK_MB:,.0f} MB", shipped.peak_mb < PEAK_MB, size),
            ],
        ),
        ("with --calls", logged, "", []),
        ("feedback off", off, "", []),
        (
            "all feedback on", on, f"{ratio:.2f} ×",
            [
                reached(f"{SLOWER:.2f} ×", ratio <= SLOWER, size),
                reached(f"{FEEDBACK_MB:,.0f} MB", on.peak_mb < FEEDBACK_MB, size),
            ],
        ),
    ):  # fmt: skip
        out.add_row(
            name, f"{found.median_s:.2f}", compared, spread(found), megabytes(found),
            ", ".join(limits),
        )  # fmt: skip
    return out
