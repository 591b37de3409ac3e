"""Who the recipients are: one numpy column per attribute."""
