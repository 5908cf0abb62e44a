"""Licences, certificates and memberships: what they are called, what they do not prove, and how long a look at them holds."""
