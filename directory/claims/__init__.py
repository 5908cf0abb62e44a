"""Who says that a profile is theirs, what they show for it, and what is made of that."""
