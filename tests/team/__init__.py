"""Who acts for a profile, who works where, and what they see."""
