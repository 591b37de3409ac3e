"""The parts that the report page is put together from: its style sheet, script and markup."""
