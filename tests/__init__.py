"""Tests mirror src; conformance, architecture, docs and end_to_end stand beside."""
