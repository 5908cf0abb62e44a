"""Who may do what where: rules of law as data, and what a profile says beside them."""
