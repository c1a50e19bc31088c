"""The commands of `konsort`, one file a purpose."""
