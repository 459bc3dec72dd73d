"""Trends: what happened over hours and months, rolled up so that asking is cheap."""
