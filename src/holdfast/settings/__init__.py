"""Settings: the options of every floor, read from the environment in one place."""
