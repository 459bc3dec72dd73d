"""What Prometheus reads: families of series, and how they become text."""
