"""Whose word each fact is: what facts are called, and writing that somebody says one or says it no longer."""
