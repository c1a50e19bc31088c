"""The consortium solver's rooms: problem, rules compiled to numbers, compiled kernel, search, conflicts, swaps."""
