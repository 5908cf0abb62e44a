"""Hairline: a directory of scalp-micropigmentation practitioners and hair-transplant surgeons, with reviews."""

__version__ = "0.1.0"
