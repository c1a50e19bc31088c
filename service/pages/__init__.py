"""The HTML door: parse, one call, render; templates compute nothing."""
