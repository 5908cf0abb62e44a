"""Secrets that travel in links and cookies: made random, kept only as digests."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """Return 256 random bits as 43 characters that are safe in a URL and a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return the SHA-256 of a random token in hex: what a table keeps of it.

    A plain hash is enough because the token has 256 random bits; passwords are hashed elsewhere.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_digest(value: str, *, key: str) -> str:
    """Return an HMAC-SHA-256 in hex: for values that could be guessed, such as an address."""
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two strings in a time that does not tell where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())
