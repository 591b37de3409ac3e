"""The special functions are SciPy's own, and leave its package as it is."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import ModuleType

import pytest
import scipy.special

import sim.special

NAMES = sorted(name for name, kind in vars(sim.special).items() if hasattr(kind, "nin"))


def tried(code: str) -> str:
    """What a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_they_are_the_same_functions() -> None:
    assert len(NAMES) == 12
    for name in NAMES:
        assert getattr(sim.special, name) is getattr(scipy.special, name)


def test_nothing_else_of_the_package_is_loaded() -> None:
    loaded = tried("import sys, sim.special; print(*sys.modules)").split()
    assert "scipy.special._ufuncs" in loaded
    assert {"scipy.special._basic", "numpy.f2py", "numpy.testing"} & set(loaded) == set()


def test_the_package_is_whole_afterwards() -> None:
    code = """
import sys
import sim.special as ours
from scipy.special import pdtr
import scipy.special, scipy.stats, scipy.optimize
whole = sys.modules["scipy.special"]
assert type(whole) is type(sys) and whole is scipy.special
for name, module in sys.modules.items():
    if name.startswith("scipy.special."):
        assert getattr(whole, name.removeprefix("scipy.special.")) is module, name
for name in NAMES:
    assert getattr(whole, name) is getattr(ours, name)
with whole.errstate(all="raise"):
    try:
        ours.ndtri(-1.0)
    except whole.SpecialFunctionError:
        print("raises")
print(float(scipy.stats.norm.cdf(0.0)), float(whole.logsumexp([0.0])), *dir(whole))
""".replace("NAMES", repr(NAMES))
    alone = tried("import scipy.special, scipy.stats; print(*dir(scipy.special))")
    assert tried(code).split() == ["raises", "0.5", "0.0", *alone.split()]


@pytest.mark.parametrize(
    "use",
    [
        "import scipy; f = scipy.special.logsumexp",
        "from scipy.special import *; f = logsumexp",
        "import scipy.special as s; f = s.logsumexp",
        "from scipy.special import logsumexp as f",
        "from scipy.special._logsumexp import logsumexp as f",
    ],
)
def test_however_the_package_is_asked_for(use: str) -> None:
    assert tried(f"import sim.special; {use}; print(float(f([0.0])))") == "0.0"


def test_several_threads_may_ask_for_it_first() -> None:
    code = """
import sim.special
from concurrent.futures import ThreadPoolExecutor
import scipy.special
with ThreadPoolExecutor(8) as pool:
    print(len(set(pool.map(lambda _: scipy.special.logsumexp, range(64)))))
"""
    assert tried(code) == "1"


def test_where_the_module_is_not_there_the_package_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = importlib.import_module

    def without(name: str) -> ModuleType:
        if name.endswith("._ufuncs"):
            raise ImportError(name)
        return real(name)

    whole = sys.modules["scipy.special"]
    monkeypatch.setattr(importlib, "import_module", without)
    assert sim.special._functions() is whole  # it is loaded already
    monkeypatch.delitem(sys.modules, "scipy.special")
    found = sim.special._functions()
    assert found.__name__ == "scipy.special"
    assert found.pdtr is sim.special.pdtr
