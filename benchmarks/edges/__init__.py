"""Inbound edge cases on a real server: what Holdfast says of each, and what its peers say."""
