"""Is this set of members allowed? The call's rules, one file a sort of question."""
