"""Who may be the same, or of one owner? Names taken apart, and what they say of owners."""
