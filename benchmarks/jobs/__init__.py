"""What is measured, one module each; every ``measure`` runs in a process of its own.

Each warms up first, and the warm-up is not counted: compiled code is loaded, files are read, the
same work is done once, or a small piece of it where it takes long.
"""
