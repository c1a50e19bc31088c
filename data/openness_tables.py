"""How does it lie in the database who opened what to whom, and who read it? Beside the records, in no layer of them."""

from sqlalchemy import Column, Float, Integer, Table, Text

from data.tables import ID, metadata

openness = Table(
    "openness",
    metadata,
    Column("kind", ID, primary_key=True),
    Column("id", ID, primary_key=True),
    Column("tier", Text, nullable=False),
    Column("reference", ID, nullable=False, unique=True),
    Column("abstract", Text),
    Column("set_by", Text, nullable=False),
    Column("at", Float, nullable=False),
)
interests = Table(
    "interests",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("outline", ID, nullable=False, index=True),
    Column("owner", ID, nullable=False, index=True),
    Column("asker", ID, nullable=False, index=True),
    Column("asked_by", Text, nullable=False),
    Column("asked", Float, nullable=False),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("answered", Float),
    Column("withdrawn_by", Text),
    Column("withdrawn", Float),
)
readings = Table(
    "readings",
    metadata,
    Column("person", ID, primary_key=True),
    Column("kind", ID, primary_key=True),
    Column("id", ID, primary_key=True),
    Column("day", ID, primary_key=True),
    Column("at", Float, nullable=False),
)
