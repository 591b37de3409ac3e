"""SciPy's special functions, without the rest of its package: the same compiled functions, sooner.

``import scipy.special`` brings with it how SciPy serves other libraries of arrays, for which it
loads all of numpy, a reader of Fortran among it: more than an eighth of a second in each process.
The functions themselves are one compiled module of that package, which needs none of it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from types import ModuleType
from typing import Any

_PACKAGE = "scipy.special"


class _Later(ModuleType):
    """The package, whose beginning is run as soon as anybody asks something of it."""

    busy = True
    """Whether the functions are being loaded, or the beginning is."""
    lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        with _Later.lock:
            if type(self) is _Later:
                if _Later.busy:
                    raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
                self._begin()
        return getattr(self, name)

    def _begin(self) -> None:
        """Run the package's beginning; from then on it is a module as any other."""
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        _Later.busy = True
        try:
            spec.loader.exec_module(self)
        finally:
            _Later.busy = False
        self.__class__ = ModuleType  # type: ignore[assignment]


def _functions() -> ModuleType:
    """The module of the functions; the whole package where another SciPy has it otherwise."""
    if _PACKAGE not in sys.modules:
        spec = importlib.util.find_spec(_PACKAGE)
        assert spec is not None, "SciPy is not whole"
        package = importlib.util.module_from_spec(spec)
        package.__class__ = _Later
        sys.modules[_PACKAGE] = package
        try:
            return importlib.import_module(f"{_PACKAGE}._ufuncs")
        except ImportError:
            del sys.modules[_PACKAGE]
        finally:
            _Later.busy = False
    return importlib.import_module(_PACKAGE)


_FUNCTIONS = _functions()
bdtr: Any = _FUNCTIONS.bdtr
bdtrc: Any = _FUNCTIONS.bdtrc
betainc: Any = _FUNCTIONS.betainc
betaln: Any = _FUNCTIONS.betaln
fdtri: Any = _FUNCTIONS.fdtri
ndtr: Any = _FUNCTIONS.ndtr
ndtri: Any = _FUNCTIONS.ndtri
pdtr: Any = _FUNCTIONS.pdtr
pdtrc: Any = _FUNCTIONS.pdtrc
stdtrit: Any = _FUNCTIONS.stdtrit
xlog1py: Any = _FUNCTIONS.xlog1py
xlogy: Any = _FUNCTIONS.xlogy
