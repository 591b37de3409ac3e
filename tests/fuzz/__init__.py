"""Damaged inputs, made from sound ones by a seed."""
