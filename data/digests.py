"""As what is a secret kept that was drawn at random, of a session, a token, a link? As a digest: none can be read."""

import hashlib


def digest_of(secret: str) -> str:
    """Return as what a secret drawn at random is kept: SHA-256, in hexadecimal.

    >>> digest_of("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(secret.encode()).hexdigest()
