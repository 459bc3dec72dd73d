"""Sessions: what happened to one user, step by step, folded from events."""
