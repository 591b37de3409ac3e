"""The referee's page: what each answer rests on, input by input, from a study of each scenario.

``python -m analysis.evidence docs/evidence.md`` runs the studies and writes the page and its data.
"""
