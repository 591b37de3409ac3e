"""SQL over the tables of a run: a star of calls, recipients and what followed, joined by line.

DuckDB reads the tables where they lie. A query sees the tables of the run and nothing else of the
machine: no file, no network, no extension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import OptionError
from sim.store.columns import TABLES

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from sim.store.read import Run

RULES = "reached_when"
"""Name under which a query finds each strategy's rule of reach: ``strategy``, ``voicemail``."""
REACH = "reach"
"""Name of the view of lines reached."""
_REACH = f"""
CREATE VIEW {REACH} AS
WITH met AS (
  SELECT strategy, line,
         min(start_utc) FILTER (WHERE delivered_live) AS live_utc,
         min(heard_utc) AS heard_utc,
         min(start_utc) FILTER (WHERE outcome = 'machine_voicemail') AS left_utc
  FROM calls GROUP BY strategy, line
), moments AS (
  SELECT met.strategy, line, live_utc,
         CASE voicemail WHEN 'heard' THEN heard_utc WHEN 'left' THEN left_utc END AS voicemail_utc
  FROM met JOIN {RULES} USING (strategy)
)
SELECT strategy, line, territory, line_type, voters, live_utc, voicemail_utc,
       CASE WHEN live_utc IS NULL THEN 0 ELSE least(1, voters) END AS people_live,
       CASE WHEN voicemail_utc IS NULL THEN 0 ELSE voters_by_voicemail END AS people_voicemail,
       greatest(people_live, people_voicemail) AS people
FROM moments JOIN recipients USING (line)
WHERE live_utc IS NOT NULL OR voicemail_utc IS NOT NULL
"""


def query(run: Run, text: str, parameters: Sequence[Any] | Mapping[str, Any]) -> pd.DataFrame:
    """Rows of a query as a data frame; :meth:`sim.store.read.Run.sql` says more."""
    import duckdb

    there = {name for name, table in TABLES.items() if table.file in run.manifest["files"]}
    wanted = {name for name in (*there, REACH, RULES) if re.search(rf"\b{name}\b", text, re.I)}
    if REACH in wanted:
        wanted |= {"calls", "recipients", RULES}
    with duckdb.connect(":memory:") as base:
        base.execute("SET TimeZone = 'UTC'")
        base.execute("SET enable_external_access = false")
        base.execute("SET lock_configuration = true")
        for name in sorted(wanted - {REACH}):
            base.register(name, _rules(run) if name == RULES else run.scanned(name))
        try:
            if REACH in wanted:
                base.execute(_REACH)
            found: duckdb.DuckDBPyConnection = base.execute(text, parameters or None)
            return found.df()
        except duckdb.Error as error:
            reason = (str(error).strip().splitlines() or ["it cannot be run"])[0]
            raise OptionError(
                f"the query fails: {reason}",
                remedy=f"the run has {', '.join(sorted(there | {REACH, RULES}))}",
            ) from error


def _rules(run: Run) -> Any:
    """What counts as reached by voicemail, by strategy, as Arrow."""
    import pyarrow as pa

    plans = run.manifest["plans"]
    rules = [str(plans[strategy]["reached_voicemail"]) for strategy in run.strategies]
    return pa.table({"strategy": list(run.strategies), "voicemail": rules})
