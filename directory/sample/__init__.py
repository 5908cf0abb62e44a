"""Made-up practitioners, reviews and comments for a demonstration: labelled, and the same every time."""
