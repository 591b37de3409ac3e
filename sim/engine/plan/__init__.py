"""One strategy reduced to integers: what both engines read."""
