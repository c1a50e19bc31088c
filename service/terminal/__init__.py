"""Door 1: the commands of konsort, one file a purpose."""
