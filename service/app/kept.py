"""Which questions did somebody ask, and which of them have no place in an address?"""

from collections.abc import Mapping

from data.kept_questions import KeptQuestion
from data.readers import Reader
from data.store import Store
from service.app.allowed import ALL, allowed


class KeptWork:
    """Keeps questions for their askers. What is kept for one reader is not known to another."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @allowed(*ALL)
    def keep(
        self,
        reader: Reader,
        kind: str,
        fields: Mapping[str, str],
        *,
        before: str | None = None,
        step: str | None = None,
    ) -> KeptQuestion:
        """Keep a question under an id that cannot be guessed; `before`, `step`: what it was made of, and how."""
        return self._store.kept_questions.keep(reader.id, kind, fields, before=before, step=step)

    @allowed(*ALL)
    def question(self, reader: Reader, ident: str) -> KeptQuestion:
        """Return a question of this reader's. Raises NotFound."""
        return self._store.kept_questions.question(reader.id, ident)

    @allowed(*ALL)
    def forget(self, reader: Reader, ident: str) -> None:
        """Forget a question of this reader's; one that is not there is forgotten already."""
        self._store.kept_questions.forget(reader.id, ident)
