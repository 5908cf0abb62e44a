"""What people may type, one file an area, on one base form."""
