"""What patients say of a profile, and what it adds up to."""
