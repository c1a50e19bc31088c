"""How do people, their sessions, tokens and invitations lie in the database? Beside the records, in no layer of them.

Secrets are kept as digests only: of a password its argon2id hash, of what is drawn at random its SHA-256. Times are
seconds since 1970 (UTC).
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text

from data.tables import ID, metadata

people = Table(
    "people",
    metadata,
    Column("name", ID, primary_key=True),
    Column("label", Text, nullable=False),
    Column("contact", Text),
    Column("role", Text, nullable=False),
    Column("organisation", ID),
    Column("calls", Text),
    Column("password", Text),
    Column("second_factor", Text),
    Column("second_factor_used", Integer),
    Column("since", Float, nullable=False),
    Column("disabled", Float),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", ID, primary_key=True),
    Column("person", ID, ForeignKey("people.name"), nullable=False, index=True),
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("device", Text),
)
tokens = Table(
    "tokens",
    metadata,
    Column("digest", ID, primary_key=True),
    Column("person", ID, ForeignKey("people.name"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=False),
)
invitations = Table(
    "invitations",
    metadata,
    Column("digest", ID, primary_key=True),
    Column("person", ID),
    Column("role", Text, nullable=False),
    Column("organisation", ID),
    Column("calls", Text),
    Column("invited_by", Text, nullable=False),
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=False),
)
"""A link by which somebody becomes a person of this role, or where `person` is named sets a new password."""
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", ID, nullable=False),
    Column("at", Float, nullable=False),
)
Index("ix_attempts_key_at", attempts.c.key, attempts.c.at)
