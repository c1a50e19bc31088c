"""The JSON door: parse, one call, render."""
