"""What was filled in on a page? Keeps the input, and what is wrong with it beside the field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from data.errors import Ambiguous, BadInput, Choice, NotFound
from data.model import OrganisationId
from data.readers import Reader
from service.app.open import Application
from service.app.questions import country_or_kind
from service.parsing import wants

Value = TypeVar("Value")


@dataclass(slots=True)
class Form:
    """A form as it was filled in.

    `errors`: field → what is wrong; `choices`: field → the records that fit.
    """

    values: Mapping[str, str]
    application: Application
    reader: Reader
    errors: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    needs: list[dict[str, Any]] | None = None
    """What is sought by the form's own word; None: what the outline says."""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def touched(self, *names: str) -> bool:
        """Whether any of these fields was filled in, or something is wrong with it."""
        return any(self[name] or name in self.errors for name in names)

    def wrong_below(self, prefix: str) -> bool:
        """Whether something is wrong in a field whose name begins so."""
        return any(name.startswith(prefix) for name in self.errors)

    def read(self, name: str, how: Callable[[], Value]) -> Value | None:
        """Return what `how` reads; where it cannot, note the reason beside the field and return None."""
        try:
            return how()
        except (Ambiguous, BadInput, NotFound) as error:
            self.errors[name] = str(error)
            return None

    def organisation(self, name: str, *, required: str = "") -> OrganisationId | None:
        """Read one organisation by id or name; "" is None, or the error `required`."""
        if not self[name]:
            if required:
                self.errors[name] = required
            return None
        return self.resolved(name, self[name])

    def lines(self, name: str) -> list[str]:
        """Return the lines of a field, without blanks around them and without empty ones."""
        return [line.strip() for line in self[name].splitlines() if line.strip()]

    def organisations(self, name: str) -> list[OrganisationId]:
        """Read organisations by id or name, one a line."""
        resolved = [self.resolved(name, line) for line in self.lines(name)]
        return [organisation for organisation in resolved if organisation]

    def pairs(self, name: str) -> list[tuple[OrganisationId, OrganisationId]]:
        """Read pairs of organisations, one pair a line, a semicolon between the two."""
        pairs = []
        for names in self._halves(name, "two organisations"):
            first, second = (self.resolved(name, half) for half in names)
            if first and second:
                pairs.append((first, second))
        return pairs

    def roles(self, name: str) -> dict[OrganisationId, str]:
        """Read organisations with their roles, one a line, a semicolon between the two."""
        roles = {}
        for text, role in self._halves(name, "an organisation and its role"):
            if organisation := self.resolved(name, text):
                roles[organisation] = role
        return roles

    def wants(self, name: str) -> list[dict[str, int | str]]:
        """Read wishes for countries and kinds, one a line."""
        read = self.read(
            name, lambda: [(least, country_or_kind(what)) for least, what in wants(self.lines(name))]
        )
        return [{"least": least, "of": what} for least, what in read or ()]

    def number(self, name: str, kind: Callable[[str], Value], what: str) -> Value | None:
        """Read a number; "" is None, what is none is noted as an error."""
        if not self[name]:
            return None
        try:
            return kind(self[name].replace(",", "."))
        except ValueError:
            self.errors[name] = f"Write {what}, not “{self[name]}”."
            return None

    def _halves(self, name: str, what: str) -> list[tuple[str, str]]:
        """Return both halves of each line of a field; a line without two is noted as an error."""
        halves = []
        for line in self.lines(name):
            first, mark, second = (part.strip() for part in line.partition(";"))
            if first and mark and second and ";" not in second:
                halves.append((first, second))
            else:
                self.errors[name] = f"Write {what} with a semicolon between them, not “{line}”."
        return halves

    def resolved(self, name: str, text: str) -> OrganisationId | None:
        """Read one organisation that is written in a field; what fits nobody or several is noted as an error."""
        try:
            return self.application.records.names.organisation(text)
        except Ambiguous as error:
            self.choices[name] = error.choices
            self.errors[name] = (
                f"Several organisations fit “{text}”. Choose one of them, or write its participant code."
            )
        except NotFound:
            self.errors[name] = (
                f"No organisation is called “{text}”. Try a part of its name, or its participant code."
            )
        return None
