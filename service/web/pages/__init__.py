"""The pages: `forms` (what was filled in), `show` (how facts are written), `routes` (parse, one call, render)."""
