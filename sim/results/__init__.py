"""Results: tallies of the call log, metrics, tables, and the run directory that holds them.

===============  ===================================================================
``columns``      every table and column: name, unit, dtype, meaning
``metrics``      every metric: name, label, unit, formula, how it scales
``tally``        counts one strategy's call log while it is made
``totals``       the counts that metrics are computed from
``lines``        what became of the lines
``consequences`` what followed from the calls, as rows and totals
``risk``         how many complaints a campaign may bring: chances
``erlang``       how many inbound lines callers need
``findings``     all of it, of one strategy
``law``          what audits found, as tables
``tables``       the counts as Arrow tables
``ledger``       checks that every table tells the same story
``digest``       digests of column values, whatever the file format
``calls``        the call log as a Parquet file, streamed
``recipients``   the lines on the lists and their objections, for an audit
``store``        writes a run directory, whole or not at all
``read``         ``load_run``: a run directory as documented pandas tables
``dictionary``   the data dictionary, generated
``baseline``     baselines of the regression check, and the comparison with them
``verdicts``     the result of a check as JUnit XML and Markdown
===============  ===================================================================
"""
