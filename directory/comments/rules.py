"""Limits of comments."""

#: Characters.
MIN_BODY_LENGTH = 2
MAX_BODY_LENGTH = 3000
