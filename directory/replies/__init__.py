"""What a profile answers to a review of it, in public."""
