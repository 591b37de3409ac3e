"""Hand-made runs for tests: shaped like the April 2017 campaign, computed in a moment.

Counts are smooth functions of time, not simulated; ledgers between tables balance.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from analysis.view import RunView
from sim.measure.marks import LIVE_MARKS_S
from sim.measure.metrics import METRICS
from tests.analysis.feedback import THRESHOLDS, as_table, feedback, law

PARIS = ZoneInfo("Europe/Paris")
START = dt.datetime(2017, 4, 18, 10, 0, tzinfo=PARIS)
CUTOFF = dt.datetime(2017, 4, 21, 20, 0, tzinfo=PARIS)
DISPOSITIONS = ("invalid", "busy", "no_answer", "machine", "human")
SHARES = np.array([0.03, 0.04, 0.28, 0.32, 0.33])
LIVE_SHARE = (0.97, 0.75, 0.62, 0.4)

# name, zone, share of lines, local cutoff
TERRITORIES = (
    ("métropole", "Europe/Paris", 0.97, "2017-04-21T20:00"),
    ("La Réunion", "Indian/Reunion", 0.009, "2017-04-21T22:00"),
    ("Mayotte", "Indian/Mayotte", 0.001, "2017-04-21T21:00"),
    ("Nouvelle-Calédonie", "Pacific/Noumea", 0.003, "2017-04-22T00:00"),
    ("Wallis-et-Futuna", "Pacific/Wallis", 0.0005, "2017-04-22T00:00"),
    ("Polynésie française", "Pacific/Tahiti", 0.003, "2017-04-21T00:00"),
    ("Guadeloupe", "America/Guadeloupe", 0.0075, "2017-04-21T00:00"),
    ("Guyane", "America/Cayenne", 0.0045, "2017-04-21T00:00"),
    ("Saint-Pierre-et-Miquelon", "America/Miquelon", 0.0015, "2017-04-21T00:00"),
)

# strategy: calls per 15 minutes at full speed, opening hours, most attempts, share of channels held
STRATEGIES: dict[str, tuple[int, tuple[tuple[float, float], ...], int, float]] = {
    "as-run": (45_500, ((10, 13), (14, 20)), 1, 0.96),
    "as-run-half-capacity": (22_800, ((10, 13), (14, 20)), 1, 0.995),
    "three-attempts": (45_500, ((10, 13), (14, 20)), 3, 0.985),
    "office-hours-only": (45_500, ((9, 17),), 1, 0.93),
}

PARAMETERS = (
    ("world.voters_per_line", "", 1.5, 1.0, 2.2, "assumed"),
    ("world.line_types.landline.answering.human", "share", 0.33, 0.22, 0.45, "assumed; F21"),
    ("world.press_1", "share", 0.06, 0.02, 0.15, "assumed; P14 P15 P16"),
    ("world.voicemail.heard", "share", 0.6, 0.3, 0.9, "assumed"),
    ("world.voicemail.shared", "share", 0.3, 0.1, 0.5, "assumed"),
    ("world.line_types.landline.answering.invalid", "share", 0.03, np.nan, np.nan, "assumed"),
    ("world.voicemail.greeting", "ms", 15_000.0, np.nan, np.nan, None),
)


def utc(local: dt.datetime) -> np.datetime64:
    return np.datetime64(local.astimezone(dt.UTC).replace(tzinfo=None), "ms")


def make_run(
    *,
    strategies: dict[str, Any] | None = None,
    lines: int = 6_000_000,
    bins: int | None = None,
    calls: bool = True,
    modelled: bool = True,
    **about: Any,
) -> RunView:
    """A run; ``bins`` cuts the timeline, ``calls=False`` makes a campaign that never dials.

    ``modelled=False`` leaves out what acts back and the law: the scenario models neither.
    """
    strategies = STRATEGIES if strategies is None else strategies
    timeline: dict[str, list[Any]] = {}
    territories: dict[str, list[Any]] = {}
    answering: dict[str, list[Any]] = {}
    attempts: dict[str, list[Any]] = {}
    metrics: dict[str, Any] = {}
    acting: dict[str, dict[str, list[Any]]] = {}
    found: dict[str, list[dict[str, Any]]] = {"audit": [], "violations": [], "exposure": []}
    for order, (name, (pace, hours, most, held)) in enumerate(strategies.items()):
        pace = pace * lines // 6_000_000
        block = _timeline(pace if calls else 0, hours, most, held, lines, bins)
        _extend(timeline, name, block)
        places = _territories(block, lines)
        _extend(territories, name, places)
        _extend(answering, name, _answering(block))
        _extend(attempts, name, _attempts(block, most))
        metrics |= {f"{name}.{k}": v for k, v in _metrics(block, places, lines).items()}
        if modelled:
            placed = int(block["attempts"].sum())
            back = feedback(order, utc(START), placed, float(about.get("scale", 1.0)))
            metrics |= {f"{name}.{k}": v for k, v in back["metrics"].items()}
            for kind, rows in back["tables"].items():
                _extend(acting.setdefault(kind, {}), name, rows)
            for kind, rows in law(name, order, utc(START), placed).items():
                found[kind] += rows
    table = {
        "timeline": timeline,
        "territories": territories,
        "answering": answering,
        "attempts": attempts,
    }
    settings: dict[str, Any] = {
        "name": "france-2017",
        "question": "Six million landlines before Friday 20:00. Whom do we reach, at what price?",
        "base": next(iter(strategies)),
        "timezone": "Europe/Paris",
        "seed": 2017,
        "scale": 1.0,
        "version": "0.1.0",
        "currency": "EUR",
        "reached_live_ms": dict.fromkeys(strategies, 30_000),
        "reached_voicemail": dict.fromkeys(strategies, "heard"),
        "regulator_thresholds": THRESHOLDS if modelled else {},
    }
    if modelled:
        table |= acting
        settings["audit"] = as_table("audit", found["audit"])
    return RunView(
        strategies=tuple(strategies),
        metrics=metrics,
        tables={
            **{k: {c: np.concatenate(v) for c, v in t.items()} for k, t in table.items()},
            **{k: as_table(k, found[k]) for k in ("violations", "exposure") if modelled},
            "parameters": parameters(),
        },
        **(settings | about),
    )


def parameters() -> dict[str, Any]:
    path, unit, central, low, high, source = zip(*PARAMETERS, strict=True)
    known = ~np.isnan(low)
    return {
        "path": np.array(path, dtype=object),
        "unit": np.array(unit, dtype=object),
        "central": np.array(central),
        "low": np.array(low),
        "high": np.array(high),
        "shape": np.where(known, "two-piece", None),
        "source": np.array(source, dtype=object),
        "grade": np.where(known, "D", None),
        "is_range": known,
    }


def _extend(table: dict[str, list[Any]], strategy: str, block: dict[str, Any]) -> None:
    rows = len(next(iter(block.values())))
    name = np.empty(rows, dtype=object)
    name[:] = strategy
    for column, values in {"strategy": name, **block}.items():
        table.setdefault(column, []).append(np.asarray(values))


def _timeline(
    pace: int,
    hours: tuple[tuple[float, float], ...],
    most: int,
    held: float,
    lines: int,
    bins: int | None,
) -> dict[str, Any]:
    count = int((CUTOFF - START) / dt.timedelta(minutes=15)) + 1
    count = count if bins is None else bins
    begins = utc(START) + np.arange(count) * np.timedelta64(15, "m")
    local = [START + i * dt.timedelta(minutes=15) for i in range(count)]
    clock = np.array([t.hour + t.minute / 60 for t in local])
    is_open = np.zeros(count, dtype=bool)
    for opens, closes in hours:
        is_open |= (clock >= opens) & (clock < closes)
    is_open &= np.array([t < CUTOFF for t in local])
    wave = 1 + 0.06 * np.sin(np.arange(count) / 5)
    wanted = np.where(is_open, pace * (1 / held if held < 0.95 else 1) * wave, 0)
    calls = np.diff(np.minimum(np.cumsum(wanted), lines * (1 + 0.35 * (most - 1))), prepend=0)
    calls = np.floor(calls).astype(np.int64)
    human = SHARES[4] * (1 + 0.25 * np.sin((clock - 13) / 24 * 2 * np.pi))
    shares = np.tile(SHARES, (count, 1))
    shares[:, 4] = human
    shares[:, 2] = 1 - human - SHARES[[0, 1, 3]].sum()
    by = np.floor(calls[:, None] * shares).astype(np.int64)
    by[:, 2] += calls - by.sum(axis=1)
    left = (0.93 * by[:, 3]).astype(np.int64)
    gate = (0.06 * by[:, 4]).astype(np.int64)
    live = (0.62 * gate).astype(np.int64)
    fresh = 1.0 if most == 1 else 0.72
    dialled = np.minimum(np.cumsum(calls * fresh).astype(np.int64), lines)
    connected = np.minimum(np.cumsum((by[:, 3] + by[:, 4]) * 0.97).astype(np.int64), dialled)
    voicemail = np.cumsum(left)
    delay = np.clip(np.arange(count) / 24, 0, 1)
    heard = np.maximum.accumulate((0.6 * voicemail * (0.4 + 0.5 * delay)).astype(np.int64))
    live_cum = np.cumsum(live)
    hold = 35_000
    on_hand = np.where(is_open, pace * hold * 1.04, 0)
    return {
        "bin_start_utc": begins,
        "attempts": calls,
        **{name: by[:, i] for i, name in enumerate(DISPOSITIONS)},
        "voicemails_left": left,
        "gate_passed": gate,
        "delivered_live": live,
        "channel_ms": np.minimum(calls * hold, on_hand).astype(np.int64),
        "available_channel_ms": on_hand.astype(np.int64),
        "in_progress": (np.concatenate([[0], calls[:-1]]) * (hold / 900_000)).astype(np.int64),
        "lines_dialled_cum": dialled,
        "lines_connected_cum": connected,
        "lines_delivered_live_cum": live_cum,
        "lines_with_voicemail_cum": voicemail,
        "lines_voicemail_heard_cum": heard,
        "lines_reached_cum": live_cum + heard,
        "people_reached_cum": live_cum + (heard * 1.15).astype(np.int64),
    }


def _split(total: int) -> np.ndarray:
    out = np.floor(total * np.array([t[2] for t in TERRITORIES])).astype(np.int64)
    out[0] += total - out.sum()
    return out


def _territories(block: dict[str, Any], lines: int) -> dict[str, Any]:
    on_list = _split(lines)
    done = block["lines_dialled_cum"][-1] / lines
    gone = np.array([0, 0, 0, 0.02, 0.05, 0.12, 0.2, 0.22, 0.3])
    if done > 0.999:  # the whole list, unless the day ends early
        done, gone = 1.0, gone * 0
    dialled = np.floor(on_list * done * (1 - gone)).astype(np.int64)
    running = block["lines_dialled_cum"] * (dialled.sum() / max(block["lines_dialled_cum"][-1], 1))
    block["lines_dialled_cum"] = np.round(running).astype(np.int64)
    ratio = dialled / max(dialled.sum(), 1)
    last = {k: block[f"lines_{k}_cum"][-1] for k in ("connected", "delivered_live")}
    voicemail = block["lines_with_voicemail_cum"][-1]
    cutoffs = [
        utc(dt.datetime.fromisoformat(t[3]).replace(tzinfo=ZoneInfo(t[1]))) for t in TERRITORIES
    ]
    cutoffs = np.minimum(np.array(cutoffs), utc(CUTOFF))
    called = dialled > 0
    nat = np.datetime64("NaT", "ms")
    return {
        "territory": np.array([t[0] for t in TERRITORIES], dtype=object),
        "timezone": np.array([t[1] for t in TERRITORIES], dtype=object),
        "cutoff_utc": cutoffs,
        "lines": on_list,
        "lines_dialled": dialled,
        "lines_undialled": on_list - dialled,
        "lines_connected": (last["connected"] * ratio).astype(np.int64),
        "lines_gate_passed": (block["gate_passed"].sum() * ratio).astype(np.int64),
        "lines_delivered_live": (last["delivered_live"] * ratio).astype(np.int64),
        "lines_with_voicemail": (voicemail * ratio).astype(np.int64),
        "lines_voicemail_heard": (0.6 * voicemail * ratio).astype(np.int64),
        "people_reached": ((last["delivered_live"] + 0.69 * voicemail) * ratio).astype(np.int64),
        "attempts": (block["attempts"].sum() * ratio).astype(np.int64),
        "first_call_utc": np.where(called, utc(START), nat),
        "last_call_utc": np.where(called, utc(CUTOFF) - np.timedelta64(1, "m"), nat),
        "list_done_utc": np.where(
            called & (dialled == on_list), utc(CUTOFF) - np.timedelta64(42, "m"), nat
        ),
    }


def _answering(block: dict[str, Any]) -> dict[str, Any]:
    local = block["bin_start_utc"] + np.timedelta64(2, "h")
    hour = (local - local.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    weekday = (local.astype("datetime64[D]").astype(int) + 3) % 7
    at = weekday * 24 + hour

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(at, weights=values, minlength=168).astype(np.int64)

    counts = {name: sums(block[name]) for name in ("attempts", *DISPOSITIONS)}
    return {
        "weekday": np.repeat(np.arange(7), 24).astype(np.uint8),
        "hour": np.tile(np.arange(24), 7).astype(np.uint8),
        **counts,
        "first_attempts": (counts["attempts"] * 0.8).astype(np.int64),
        "first_human": (counts["human"] * 0.8).astype(np.int64),
    }


def _attempts(block: dict[str, Any], most: int) -> dict[str, Any]:
    parts = np.array([0.72, 0.19, 0.09])[:most] if most > 1 else np.array([1.0])
    of = {k: (block[k].sum() * parts).astype(np.int64) for k in ("attempts", *DISPOSITIONS)}
    return {
        "attempt": np.arange(1, most + 1).astype(np.uint8),
        **of,
        "newly_connected": of["human"] + of["machine"],
        "newly_delivered_live": (of["human"] * 0.03).astype(np.int64),
    }


def _metrics(block: dict[str, Any], places: dict[str, Any], lines: int) -> dict[str, Any]:
    total = {k: int(v.sum()) for k, v in places.items() if v.dtype.kind == "i"}
    calls = int(block["attempts"].sum())
    gate = int(block["gate_passed"].sum())
    live = total["lines_delivered_live"]
    heard = total["lines_voicemail_heard"]
    people = total["people_reached"]
    cost = 0.01 * total["lines_dialled"]
    values: dict[str, Any] = dict.fromkeys(METRICS)
    values |= {k: v for k, v in total.items() if k in METRICS}
    values |= {
        "lines_on_list": lines,
        "share_dialled": total["lines_dialled"] / lines,
        "list_done_hours": 80.5 if not total["lines_undialled"] else None,
        "attempts": calls,
        **{f"attempts_{d}": int(block[d].sum()) for d in DISPOSITIONS},
        "attempts_per_line": calls / total["lines_dialled"] if calls else None,
        "share_human_first": 0.331 if calls else None,
        "voicemails_left": int(block["voicemails_left"].sum()),
        "in_progress_at_cutoff": int(block["in_progress"][-1]),
        **{
            f"lines_live_{s}s": int(gate * p) for s, p in zip(LIVE_MARKS_S, LIVE_SHARE, strict=True)
        },
        "lines_voicemail_heard_before_cutoff": int(0.7 * heard),
        "lines_voicemail_heard_after_cutoff": heard - int(0.7 * heard),
        "lines_reached": live + heard,
        "people_reached_live": live,
        "people_reached_voicemail_only": people - live,
        "people_reached_by_cutoff": live + int(0.8 * heard),
        "share_of_list": (live + heard) / lines,
        "share_of_electorate": people / (47_580_000 * lines / 6_000_000),
        "mean_hold_s": 35.0 if calls else None,
        "channel_hours": float(block["channel_ms"].sum()) / 3.6e6,
        "channel_occupancy": 0.96 if calls else None,
        "carried_load_erlang": 1_580.0 if calls else None,
        "offered_load_erlang": 1_592.0 if calls else None,
        "cost": cost,
        "cost_per_person_reached": cost / people if people else None,
    }
    return values
