"""Accounts: who somebody is, what they may do, how they sign in."""
