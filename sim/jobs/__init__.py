"""Sequences of the rooms: run, check."""
