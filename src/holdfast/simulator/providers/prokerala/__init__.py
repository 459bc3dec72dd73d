"""Prokerala: token, birth details, planet positions, kundli, chart."""
