"""What was filled in on a page? Reads forms into questions; keeps the input and says what is wrong beside the field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from data.errors import Ambiguous, BadInput, Choice, NotFound
from data.model import OrganisationId
from data.readers import Reader
from service.app.open import Application
from service.app.question import LARGEST_SET, PartnersQuestion, SteerQuestion, SuggestQuestion, made
from service.app.questions import country_or_kind
from service.app.resolve import country
from service.parsing import LONGEST_TEXT, countries_in, size_range, wants
from service.web.identity import reader

Value = TypeVar("Value")
USUAL_PRESET = "balanced"


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

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def touched(self, *names: str) -> bool:
        """Whether any of these fields was filled in, or something is wrong with it."""
        return any(self[name] or name in self.errors for name in names)

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
        return self._resolved(name, self[name])

    def lines(self, name: str) -> list[str]:
        """Return the lines of a field, without blanks around them and without empty ones."""
        return [line.strip() for line in self[name].splitlines() if line.strip()]

    def organisations(self, name: str) -> list[OrganisationId]:
        """Read organisations by id or name, one a line."""
        resolved = [self._resolved(name, line) for line in self.lines(name)]
        return [organisation for organisation in resolved if organisation]

    def pairs(self, name: str) -> list[tuple[OrganisationId, OrganisationId]]:
        """Read pairs of organisations, one pair a line, a semicolon between the two."""
        pairs = []
        for names in self._halves(name, "two organisations"):
            first, second = (self._resolved(name, half) for half in names)
            if first and second:
                pairs.append((first, second))
        return pairs

    def roles(self, name: str) -> dict[OrganisationId, str]:
        """Read organisations with their roles, one a line, a semicolon between the two."""
        roles = {}
        for text, role in self._halves(name, "an organisation and its role"):
            if organisation := self._resolved(name, text):
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

    def _resolved(self, name: str, text: str) -> OrganisationId | None:
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


def suggest_form(
    values: Mapping[str, str], application: Application
) -> tuple[Form, dict[str, object] | None]:
    """Read the coordinator's form into a question's fields. None where something is wrong."""
    form = Form(values, application, reader())
    _idea(form)
    fields: dict[str, object] = {
        "call": form["call"],
        "outline": form["outline"] or None,
        "text": form["text"] or None,
        "coordinator": form.organisation("coordinator"),
        "must": form.organisations("must"),
        "exclude": form.organisations("not"),
        "apart": form.pairs("apart"),
        "size": form["size"] or None,
        "want": form.wants("want"),
        "roles": form.roles("role"),
        "preset": form["preset"] or USUAL_PRESET,
        "budget_s": form.number("budget", float, "a number of seconds"),
    }
    if limit := form.number("limit", int, "how many suggestions"):
        fields["limit"] = limit
    form.read("size", lambda: size_range(form["size"] or None))
    return form, None if form.errors else fields


def suggest_question(
    values: Mapping[str, str], application: Application
) -> tuple[Form, SuggestQuestion | None]:
    """Read the coordinator's form. The question is None where something is wrong."""
    form, fields = suggest_form(values, application)
    return form, form.read("size", lambda: made(SuggestQuestion, **fields)) if fields is not None else None


def _idea(form: Form) -> None:
    """Note what is wrong with the outline and the call, in the order of the form."""
    application = form.application
    if bool(form["outline"]) == bool(form["text"]):
        form.errors["text"] = "Paste an outline, or pick a stored one: exactly one of the two."
    elif form["outline"]:
        form.read("outline", lambda: application.records.names.outline(form.reader, form["outline"]))
    if len(form["text"]) > LONGEST_TEXT:
        form.errors["text"] = (
            f"The text has more than {LONGEST_TEXT:,} characters; an outline has a few pages."
        )
    if not form["call"]:
        form.errors["call"] = "Choose the call whose rules apply."
    else:
        form.read("call", lambda: application.records.call(form["call"]))


def steer_question(values: Mapping[str, str], application: Application) -> tuple[Form, SteerQuestion | None]:
    """Read a question and the set to steer. None where nothing was asked or something is wrong."""
    if "members" not in values:
        return Form(values, application, reader()), None
    form, fields = suggest_form(values, application)
    team = form.organisations("members")
    if not team:
        form.errors.setdefault("members", "Write who is in the set, one a line.")
    elif len(team) > LARGEST_SET:
        form.errors["members"] = f"The set has {len(team)} members; at most {LARGEST_SET} can be steered."
    if fields is None or form.errors:
        return form, None
    return form, form.read("size", lambda: made(SteerQuestion, **fields, members=team))


def partners_question(
    values: Mapping[str, str], application: Application
) -> tuple[Form, PartnersQuestion | None]:
    """Read a company's form. The question is None where nothing was asked or something is wrong."""
    form = Form(values, application, reader())
    if "organisation" not in values:
        return form, None
    organisation = form.organisation("organisation")
    if not form["organisation"] and not form["text"]:
        form.errors["organisation"] = (
            "Write your organisation's name or code, or paste a text about yourself."
        )
    if len(form["text"]) > LONGEST_TEXT:
        form.errors["text"] = f"The text has more than {LONGEST_TEXT:,} characters; some sentences will do."
    countries = form.read("countries", lambda: list(map(country, countries_in(form["countries"]))))
    if form.errors:
        return form, None
    question = made(
        PartnersQuestion,
        organisation=organisation,
        text=form["text"] or None,
        call=form["call"] or None,
        countries=countries or [],
        new_only=bool(form["new_only"]),
    )
    return form, question
