"""HTTP that is not a page: sessions, headers, errors, templates, mail."""
