"""Ringfence: a discrete-event simulator of robocall campaigns.

It never places a call. It answers what a campaign would reach before its cutoff, under each
strategy that its team could choose.

All that a user needs stands here, and is imported when it is asked for:

========================== =======================================================================
:func:`load`               a scenario from a file, a YAML text or a dict, checked
:func:`simulate`           runs a scenario in memory
:func:`run`                runs a scenario into a run directory
:func:`load_run`           opens a run directory as tables
:func:`run_study`          runs a scenario in many draws of its uncertain inputs
:func:`load_study`         opens a study: its answer, its draws
:func:`audit_run`          holds a stored run against law packs
:func:`audit_files`        holds a real dialer's files against law packs
:func:`regime_ids`         names of the law packs that ship
:func:`load_regime`        one law pack, a shipped one or one of your own
:mod:`errors`              what can go wrong, as one tree
========================== =======================================================================

Everything else is private: it may move from one version to the next.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import errors
    from sim.front import (
        audit_files,
        audit_run,
        load,
        load_regime,
        load_run,
        load_study,
        regime_ids,
        run,
        run_study,
        simulate,
    )

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "audit_files",
    "audit_run",
    "errors",
    "load",
    "load_regime",
    "load_run",
    "load_study",
    "regime_ids",
    "run",
    "run_study",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for."""
    if name == "errors":
        return importlib.import_module("sim.errors")
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no public name '{name}'")
    found = getattr(importlib.import_module("sim.front"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return list(__all__)
