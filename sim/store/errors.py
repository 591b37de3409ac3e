"""What can go wrong with results.

::

    Exception
    └── ResultsError
        ├── RunDirectoryError    a run directory cannot be written or read; one line says why
        ├── BaselineError        a baseline cannot be read, written or judged by
        └── LedgerError          tables contradict each other: a fault of the program
"""

from __future__ import annotations


class ResultsError(Exception):
    """Base of the errors of this room."""


class RunDirectoryError(ResultsError):
    """A run directory cannot be written, or what is there is not a whole one."""


class BaselineError(ResultsError):
    """There is no baseline to judge by, or it cannot be written."""


class LedgerError(ResultsError):
    """The ledgers do not balance."""
