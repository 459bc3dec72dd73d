"""Alerts: what is wrong, said once, until it is right again."""
