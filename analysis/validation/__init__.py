"""How far the complaint level can be believed: held against campaigns whose complaints are known.

``python -m analysis.validation docs/validation.md`` writes the page.
"""
