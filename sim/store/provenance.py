"""Where a run came from: versions, platform, state of the checkout."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim import __version__

PACKAGES = ("numpy", "numba", "scipy", "simpy", "pyarrow", "pydantic", "holidays", "tzdata")
"""Packages whose version may matter to a result."""


def versions() -> dict[str, str]:
    """Version of Ringfence, of Python, and of each of :data:`PACKAGES` that is installed."""
    found = {"ringfence": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str]:
    """Operating system, processor and byte order."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "byteorder": sys.byteorder,
    }


def git_state() -> dict[str, str | bool] | None:
    """Commit of the checkout that the code runs from, and whether it is dirty; else None."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    if commit is None or changed is None:
        return None
    return {"commit": commit, "dirty": bool(changed)}


def _git(root: Path, *arguments: str) -> str | None:
    """What git says, or None where it cannot."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
