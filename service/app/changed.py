"""What became different from one answer to the next? Who came and went in its first suggestion, what is covered now."""

from dataclasses import dataclass

from matcher.suggest.answers import Suggestions
from matcher.suggest.coverage import coverage


@dataclass(frozen=True, slots=True)
class Changed:
    """The first suggestion of an answer against that of the one before. `value`: by how much it is worth more."""

    came: tuple[str, ...]
    went: tuple[str, ...]
    covered: tuple[str, ...]
    """What is sought and answered now, and was not before."""
    uncovered: tuple[str, ...]
    value: float | None
    """None where one of the two has no suggestion, or the two count different things."""
    possible_before: bool
    possible_now: bool

    @property
    def nothing(self) -> bool:
        """Whether the same members stand in the first suggestion."""
        return not (self.came or self.went) and self.possible_before == self.possible_now


def changed(before: Suggestions, after: Suggestions) -> Changed:
    """Compare two answers by their first suggestions; an answer without one has no members."""
    old = before.suggestions[0] if before.suggestions else None
    new = after.suggestions[0] if after.suggestions else None
    was = {member.id: member.name for member in old.members} if old else {}
    now = {member.id: member.name for member in new.members} if new else {}
    had = {row.text for row in coverage(old, before) if not row.open} if old else set()
    has = {row.text for row in coverage(new, after) if not row.open} if new else set()
    sought_then = {" ".join(need.text.split()) for need in before.understood.needs}
    sought_now = {" ".join(need.text.split()) for need in after.understood.needs}
    same = sought_then == sought_now and old is not None and new is not None
    return Changed(
        came=tuple(name for ident, name in now.items() if ident not in was),
        went=tuple(name for ident, name in was.items() if ident not in now),
        covered=tuple(sorted((has - had) & sought_then)),
        uncovered=tuple(sorted((had - has) & sought_now)),
        value=new.value - old.value if same and new and old else None,
        possible_before=old is not None,
        possible_now=new is not None,
    )
