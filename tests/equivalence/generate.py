"""Scenarios for the equivalence tests: small worlds that mix everything that the engines know.

Hypothesis draws them, so a failure shrinks to the smallest scenario that still shows it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sim.scenario.model import Scenario

ZONES = (
    "Europe/Paris",
    "Pacific/Marquesas",  # UTC-9:30
    "Pacific/Noumea",  # across midnight from Paris
    "America/Miquelon",  # its own clock changes
    "Asia/Kathmandu",  # UTC+5:45
    "Australia/Lord_Howe",  # clock changes of half an hour
)
STARTS = {
    "plain": "2017-04-18 10:00",
    "eve of a poll": "2017-04-20 20:00",
    "spring clock change": "2017-03-25 18:00",
    "autumn clock change": "2017-10-28 18:00",
    "Miquelon clock change": "2017-03-11 20:00",
}
RATES = ("0.7", "1", "1/3", "2.5", "46.3", "80", "333", "5000")
CONSENTS: tuple[dict[str, Any] | None, ...] = (
    {"share": 0.6},
    {"share": 0.9, "slot": {"length": "6 h", "days": "all", "from": "00:00", "to": "24:00"}},
    {"share": 0.8, "slot": {"length": "97 min", "days": "tue-sun", "from": "00:00", "to": "24:00"}},
    None,
)
"""Consents of generated worlds; some name times that lie askew to every other clock."""
ENFORCED: tuple[dict[str, list[str]], ...] = (
    {"fr-cnil-political": ["consent_slot"]},
    {"fr-cnil-political": ["consent", "consent_slot", "opposition"]},
    {"fr-electoral-silence": ["silence"]},
    {"fr-cnil-political": ["consent_slot"], "fr-electoral-silence": ["all"], "ca-adad": ["hours"]},
)
"""Rules that generated strategies may enforce."""
DELAYS = ("1 s", "3 s", "10 s", "15 min", "17 min", "4 h")


def duration_laws(shortest: int = 1, longest: int = 40, *, grid: bool) -> st.SearchStrategy[Any]:
    """Duration laws; on the grid, whole seconds only, so that moments coincide."""
    seconds = st.integers(shortest, longest)
    constant = seconds.map(lambda s: f"{s} s")
    if grid:
        return constant
    spread = seconds.flatmap(
        lambda s: st.sampled_from(
            [
                {"law": "lognormal", "median": f"{s} s", "p90": f"{2 * s} s"},
                {"law": "uniform", "shortest": f"{s} s", "longest": f"{3 * s} s"},
                {"law": "exponential", "mean": f"{s} s"},
            ]
        )
    )
    return st.one_of(constant, spread)


@st.composite
def answering(draw: st.DrawFn, *, grid: bool) -> dict[str, Any]:
    """How a line type answers."""
    share = st.sampled_from([0.0, 0.03, 0.1, 0.25])
    return {
        "invalid": draw(share),
        "busy": draw(share),
        "machine": draw(st.sampled_from([0.0, 0.1, 0.2])),
        "human": draw(st.sampled_from([0.0, 0.1, 0.25])),
        "no_answer": "rest",
        "at_ring_timeout": "60 s",
        "by_hour": draw(st.sampled_from([None, "us-landline", "us-mobile"])),
        "by_attempt": draw(st.sampled_from([[1.0], [1.0, 0.5], [1.0, 0.3, 2.0]])),
        "frailty": draw(
            st.sampled_from([None, {"sd": 1.0, "cohorts": 4}, {"sd": 2.0, "cohorts": 7}])
        ),
        "human_ring": draw(duration_laws(2, 12, grid=grid)),
        "machine_ring": draw(duration_laws(5, 20, grid=grid)),
    }


@st.composite
def windows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Calling windows, some of one minute, some across the whole day."""
    out = []
    for _ in range(draw(st.integers(1, 3))):
        opens = draw(st.integers(0, 1438))
        closes = draw(st.integers(opens + 1, min(1440, opens + draw(st.integers(1, 900)))))
        out.append(
            {
                "days": draw(st.sampled_from(["all", "mon-fri", "sat-sun", ["tue", "sun"]])),
                "from": f"{opens // 60:02}:{opens % 60:02}",
                "to": f"{closes // 60:02}:{closes % 60:02}",
            }
        )
    # Mostly somebody may be called early on: an empty log proves nothing.
    out += draw(
        st.sampled_from(
            [
                [{"days": "all", "from": "09:00", "to": "21:00"}],
                [{"days": "all", "from": "00:00", "to": "24:00"}],
                [{"days": "all", "from": "18:00", "to": "23:30"}],
                [{"days": "mon-fri", "from": "10:07", "to": "12:01"}],
                [],
            ]
        )
    )
    return out


def _moment(start: str, minutes: int) -> str:
    import datetime as dt

    return (dt.datetime.fromisoformat(start) + dt.timedelta(minutes=minutes)).strftime(
        "%Y-%m-%d %H:%M"
    )


@st.composite
def dialing(draw: st.DrawFn, start: str, length: int) -> dict[str, Any]:
    """Capacity, pace, outages, changes and windows."""
    out: dict[str, Any] = {
        "channels": draw(st.sampled_from([7, 1, 2, 3, 40, 3000, 70_000])),
        "calls_per_second": draw(st.sampled_from(RATES)),
        "ring_timeout": draw(st.sampled_from(["10 s", "15 s", "25 s"])),
        "lead_order": draw(st.sampled_from(["random", "file", "territory", "segment"])),
        "call_times": draw(windows()),
        "on_holidays": draw(st.sampled_from(["normal", "closed", "sunday"])),
        "outages": [],
        "changes": [],
    }
    # Capacity changes early, while the small lists of these worlds are still being dialled.
    early = st.integers(0, min(length - 1, 240))
    for _ in range(draw(st.integers(0, 2))):
        begins = draw(early)
        outage = {
            "from": _moment(start, begins),
            "to": _moment(start, begins + draw(st.integers(1, 60))),
            "channels": draw(st.sampled_from([0, 1, 5])),
        }
        if draw(st.booleans()):
            outage["calls_per_second"] = draw(st.sampled_from(RATES))
        out["outages"].append(outage)
    for minute in sorted({draw(early) for _ in range(draw(st.integers(0, 2)))}):
        out["changes"].append(
            {
                "at": _moment(start, minute),
                "channels": draw(st.sampled_from([None, 1, 4, 100])),
                "calls_per_second": draw(st.sampled_from([None, *RATES])),
            }
        )
    return out


@st.composite
def documents(draw: st.DrawFn, *, most_lines: int = 250) -> dict[str, Any]:
    """A scenario with one strategy, as plain data."""
    grid = draw(st.booleans())
    start = draw(st.sampled_from(sorted(STARTS.values())))
    length = draw(st.one_of(st.integers(600, 3 * 1440), st.integers(1, 600)))
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=2, max_size=4, unique=True))
    weights = [draw(st.integers(1, 5)) for _ in zones]
    territories = {
        f"t{i}": {"share": w / sum(weights), "timezone": zone, "holidays": "FR"}
        for i, (zone, w) in enumerate(zip(zones, weights, strict=True))
    }
    types = ["landline", "mobile"][: draw(st.integers(1, 2))]
    cutoffs = {
        name: _moment(start, draw(st.integers(-300, length)))
        for name in territories
        if draw(st.integers(0, 3)) == 0
    }
    consent = draw(st.sampled_from(CONSENTS))
    enforce = draw(st.sampled_from([{}, {}, *ENFORCED]))
    if consent is None:
        enforce = {}
    retried = draw(
        st.sampled_from(
            [["no_answer"], ["busy", "no_answer"], ["busy", "no_answer", "machine"], []]
        )
    )
    strategy = {
        "enforce": enforce,
        "campaign": {
            "timezone": "Europe/Paris",
            "start": start,
            "cutoff": _moment(start, length),
            "territory_cutoffs": cutoffs,
        },
        "dialing": draw(dialing(start, length)),
        "attempts": {"lifetime": draw(st.sampled_from([3, 2, 5, 1]))},
        "recycle": {name: {"delay": draw(st.sampled_from(DELAYS))} for name in retried},
        "amd": {
            "enabled": draw(st.booleans()),
            "on_machine": draw(st.sampled_from(["hang_up", "leave_message"])),
            "analysis_time": draw(st.sampled_from(["0 s", "3 s"])),
            "human_as_machine": draw(st.sampled_from([0.0, 0.2])),
            "machine_as_human": draw(st.sampled_from([0.0, 0.2])),
        },
        "message": {
            "duration": draw(st.sampled_from(["20 s", "90 s"])),
            "gate": draw(st.sampled_from(["none", "press-1"])),
            "gate_timeout": draw(st.sampled_from(["4 s", "10 s"])),
            "voicemail": "45 s",
        },
    }
    return {
        "format": 1,
        "name": "generated",
        "seed": draw(st.integers(0, 2**64 - 1)),
        "base": "only",
        "world": {
            "lines": draw(st.one_of(st.integers(most_lines // 3, most_lines), st.integers(1, 5))),
            "electorate": 1000,
            "voters_per_line": 1.5,
            "territories": territories,
            "line_types": {
                name: {"share": 1 / len(types), "answering": draw(answering(grid=grid))}
                for name in types
            },
            "segments": draw(
                st.sampled_from(
                    [None, {"a": {"share": 0.25, "human_odds": 2.0}, "b": {"share": 0.75}}]
                )
            ),
            "consent": consent,
            "registers": {"bloctel": 0.2, "national-dnc": 0.1},
            "opposition": 0.1,
            "signalling": {
                "invalid": draw(duration_laws(1, 5, grid=grid)),
                "busy": draw(duration_laws(1, 5, grid=grid)),
            },
            "listening": draw(duration_laws(2, 60, grid=grid)),
            "press_1": draw(st.sampled_from([0.0, 0.5, 1.0])),
            "press_1_delay": draw(duration_laws(1, 6, grid=grid)),
            "voicemail": {
                "greeting": draw(duration_laws(2, 15, grid=grid)),
                "heard": 0.6,
                "delay": "4 h",
                "shared": 0.5,
            },
        },
        "strategies": {"only": strategy},
    }


def scenarios(*, most_lines: int = 250) -> st.SearchStrategy[Scenario]:
    """Scenarios with one strategy, named ``only``."""
    return documents(most_lines=most_lines).map(Scenario.model_validate)
