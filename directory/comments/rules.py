"""Limits of comments."""

#: Characters.
MIN_BODY_LENGTH = 2
MAX_BODY_LENGTH = 3000
#: New comments of one author in 24 hours.
MAX_A_DAY = 30
