"""How does the ranker order organisations for a project idea? State, features, models and reasons."""
