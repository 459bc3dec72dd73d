"""Records to JSON: the documented shapes, built in one place each. Pure functions."""
