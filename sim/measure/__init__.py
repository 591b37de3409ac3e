"""What a campaign came to: tallies of its call log, totals, metrics, rows of tables."""
