"""Many workers, one picture: each publishes what it counted, and each shows all of it."""
