"""Dashboards and rules as code: what `holdfast export` writes."""
