"""What is not known, and what it does to an answer: draws, readings, intervals. It runs nothing."""
