"""The ground that knows nothing of the domain: databases, clock, errors, text, paging."""
