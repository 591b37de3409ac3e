"""What is made of a run: the console table, the figures and the report."""
