"""Guides and the other texts of the site: documents that ship with the code."""
