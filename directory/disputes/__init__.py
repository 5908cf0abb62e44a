"""What a profile disputes about a review, what the reviewer says to that, and what is decided."""
