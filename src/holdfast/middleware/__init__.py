"""Inbound requests, seen from a pure ASGI middleware."""
