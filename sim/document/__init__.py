"""Checked YAML for anybody: positions, units, kinds of values, laws of durations, faults."""
