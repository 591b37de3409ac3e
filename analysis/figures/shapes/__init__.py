"""Shapes that several charts share: bars, rows, heat maps and axes of time."""
