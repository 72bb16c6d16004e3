"""The ready scenarios, shipped as data."""
