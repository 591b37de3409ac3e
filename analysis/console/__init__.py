"""What the console shows of a run: all strategies side by side."""
