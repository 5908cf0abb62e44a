"""What we hold of people: which column it is, how it leaves with them, how it ends, and when it ends by itself."""
