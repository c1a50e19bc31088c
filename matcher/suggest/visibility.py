"""What of the store may a reader's answers stand on? Hidden outlines are left out before anything is searched."""

from data.readers import Reader
from matcher.suggest.knowledge import Knowledge


def visible_to(knowledge: Knowledge, reader: Reader) -> Knowledge:
    """Return the knowledge without what the reader may not see; the same object for who sees all."""
    hidden = frozenset(
        () if reader.sees_all else (o.id for o in knowledge.outlines.values() if not reader.may_see(o))
    )
    return knowledge.without_outlines(hidden) if hidden else knowledge
