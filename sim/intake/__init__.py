"""What real dialers logged, brought into the auditor's columns."""
