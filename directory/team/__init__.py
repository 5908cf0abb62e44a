"""Who acts for a profile, who works where, and what there is to do."""
