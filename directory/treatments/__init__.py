"""The taxonomy of treatments: what ships with the code, and how it is read."""
