"""Everybody who has a public page, and the facts on it."""
