"""Guards: policies composed around a call, and the one place that reports it."""
