"""The HTTP API: `questions` (what may be asked), `answers` (what comes back), `routes` (parse, one call, render)."""
