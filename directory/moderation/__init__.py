"""Reports from anybody, and what moderators decide on them."""
