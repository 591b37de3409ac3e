"""Plain worlds for tests of the model: one zone, always open, everything else as asked."""

from __future__ import annotations

import copy
from typing import Any

from sim.scenario.scenario import Scenario

_PLAIN: dict[str, Any] = {
    "format": 1,
    "name": "plain",
    "seed": 2017,
    "base": "only",
    "world": {
        "lines": 100_000,
        "electorate": 1_000_000,
        "voters_per_line": 1.5,
        "territories": {"all": {"share": 1.0, "timezone": "UTC"}},
        "line_types": {
            "landline": {
                "share": 1.0,
                "answering": {
                    "invalid": 0.0,
                    "busy": 0.0,
                    "machine": 0.0,
                    "human": 0.4,
                    "no_answer": "rest",
                    "at_ring_timeout": "25 s",
                    "human_ring": "5 s",
                    "machine_ring": "20 s",
                },
            }
        },
        "signalling": {"invalid": "4 s", "busy": "4 s"},
        "listening": "20 s",
        "press_1": 0.5,
        "press_1_delay": "3 s",
        "voicemail": {"greeting": "10 s", "heard": 0.5, "delay": "1 h", "shared": 0.5},
    },
    "strategies": {
        "only": {
            "campaign": {
                "timezone": "UTC",
                "start": "2017-04-18 00:00",
                "cutoff": "2017-05-18 00:00",
            },
            "dialing": {
                "channels": 1000,
                "calls_per_second": "100",
                "ring_timeout": "25 s",
                "call_times": [{"days": "all", "from": "00:00", "to": "24:00"}],
            },
            "message": {"duration": "90 s"},
        }
    },
}


def merge(onto: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Maps merge, all else replaces."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(onto.get(key), dict):
            merge(onto[key], value)
        else:
            onto[key] = value
    return onto


def plain(
    *,
    world: dict[str, Any] | None = None,
    answering: dict[str, Any] | None = None,
    seed: int = 2017,
    **strategy: Any,
) -> Scenario:
    """A scenario with one strategy, ``only``.

    Parameters
    ----------
    world, answering
        Changes to the world, and to how its landlines answer.
    seed
        Root seed.
    strategy
        Changes to sections of the strategy: ``dialing={"channels": 3}``.
    """
    document = copy.deepcopy(_PLAIN)
    document["seed"] = seed
    merge(document["world"], world or {})
    merge(document["world"]["line_types"]["landline"]["answering"], answering or {})
    merge(document["strategies"]["only"], strategy)
    return Scenario.model_validate(document)
