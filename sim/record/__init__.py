"""The call log and what followed from it: columns, codes, and nothing of an engine."""
