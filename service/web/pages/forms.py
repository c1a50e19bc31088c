"""What was filled in on a page? Reads forms into the matcher's records; keeps the input and says what is wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from data.errors import Ambiguous, BadInput, NotFound
from data.model import CallId, Organisation, OrganisationId, OutlineId
from matcher.suggest.answers import PartnersRequest, SuggestRequest
from service.app.port import Application
from service.parsing import LONGEST_TEXT, countries_in, size_range, wants
from service.web.api.questions import LARGEST_SET, made

Value = TypeVar("Value")
CHOICES = 12
USUAL_PRESET = "balanced"
_CODE_BEHIND_NAME = re.compile(r"\((\S+)\)\s*$")


@dataclass(slots=True)
class Form:
    """A form as it was filled in. `errors`: field → what is wrong; `choices`: field → organisations that fit."""

    values: Mapping[str, str]
    application: Application
    errors: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[Organisation, ...]] = field(default_factory=dict)

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
        found = self.read(name, lambda: self._resolve(name, self[name]))
        return found.id if found else None

    def lines(self, name: str) -> list[str]:
        """Return the lines of a field, without blanks around them and without empty ones."""
        return [line.strip() for line in self[name].splitlines() if line.strip()]

    def organisations(self, name: str) -> tuple[OrganisationId, ...]:
        """Read organisations by id or name, one a line."""
        found = [self.read(name, partial(self._resolve, name, line)) for line in self.lines(name)]
        return tuple(each.id for each in found if each)

    def pairs(self, name: str) -> tuple[tuple[OrganisationId, OrganisationId], ...]:
        """Read pairs of organisations, one pair a line, a semicolon between the two."""
        found = []
        for names in self._halves(name, "two organisations"):
            a, b = (self.read(name, partial(self._resolve, name, each)) for each in names)
            if a and b:
                found.append((a.id, b.id))
        return tuple(found)

    def roles(self, name: str) -> tuple[tuple[OrganisationId, str], ...]:
        """Read organisations with their roles, one a line, a semicolon between the two."""
        found = []
        for text, role in self._halves(name, "an organisation and its role"):
            if who := self.read(name, partial(self._resolve, name, text)):
                found.append((who.id, role))
        return tuple(found)

    def _halves(self, name: str, what: str) -> list[tuple[str, str]]:
        """Return both halves of each line of a field; a line without two is noted as an error."""
        found = []
        for line in self.lines(name):
            first, mark, second = (part.strip() for part in line.partition(";"))
            if first and mark and second and ";" not in second:
                found.append((first, second))
            else:
                self.errors[name] = f"Write {what} with a semicolon between them, not “{line}”."
        return found

    def _resolve(self, name: str, text: str) -> Organisation:
        code = _CODE_BEHIND_NAME.search(text)
        for ident in (text, code[1]) if code else (text,):
            try:
                return self.application.organisation(ident)
            except NotFound:
                continue
        found = tuple(self.application.find(text, limit=CHOICES))
        exact = [each for each in found if each.label.casefold() == text.casefold()]
        if len(found) == 1 or len(exact) == 1:
            return (exact or found)[0]
        if not found:
            raise NotFound(
                f"No organisation is called “{text}”. Try a part of its name, or its participant code."
            )
        self.choices[name] = found
        raise Ambiguous(
            f"Several organisations fit “{text}”. Choose one of them, or write its participant code."
        )


def suggest_form(values: Mapping[str, str], application: Application) -> tuple[Form, SuggestRequest | None]:
    """Read the coordinator's form. The request is None where something is wrong."""
    form = Form(values, application)
    _idea(form)
    coordinator = form.organisation("coordinator")
    must, exclude = form.organisations("must"), form.organisations("not")
    apart, size = form.pairs("apart"), form.read("size", lambda: size_range(form["size"] or None))
    least, roles = form.read("want", lambda: wants(form.lines("want"))), form.roles("role")
    request = None
    if not form.errors:
        request = form.read(
            "size",
            lambda: made(
                SuggestRequest,
                call=CallId(form["call"]),
                outline=OutlineId(form["outline"]) if form["outline"] else None,
                text=form["text"] or None,
                coordinator=coordinator,
                must=must,
                exclude=exclude,
                apart=apart,
                size=size,
                wants=least or (),
                roles=roles,
                preset=form["preset"] or USUAL_PRESET,
            ),
        )
    return form, request


def _idea(form: Form) -> None:
    """Note what is wrong with the outline and the call, in the order of the form."""
    if bool(form["outline"]) == bool(form["text"]):
        form.errors["text"] = "Paste an outline, or pick a stored one: exactly one of the two."
    elif form["outline"]:
        form.read("outline", lambda: form.application.outline(form["outline"]))
    if len(form["text"]) > LONGEST_TEXT:
        form.errors["text"] = (
            f"The text has more than {LONGEST_TEXT:,} characters; an outline has a few pages."
        )
    if not form["call"]:
        form.errors["call"] = "Choose the call whose rules apply."
    else:
        form.read("call", lambda: form.application.profile(form["call"]))


def steer_form(
    values: Mapping[str, str], application: Application
) -> tuple[Form, tuple[SuggestRequest, tuple[OrganisationId, ...]] | None]:
    """Read a question and the set to steer. None where nothing was asked or something is wrong."""
    if "members" not in values:
        return Form(values, application), None
    form, request = suggest_form(values, application)
    team = form.organisations("members")
    if not team:
        form.errors.setdefault("members", "Write who is in the set, one a line.")
    elif len(team) > LARGEST_SET:
        form.errors["members"] = f"The set has {len(team)} members; at most {LARGEST_SET} can be steered."
    return form, (request, team) if request and not form.errors else None


def partners_form(values: Mapping[str, str], application: Application) -> tuple[Form, PartnersRequest | None]:
    """Read the company's form. The request is None where nothing was asked or something is wrong."""
    form = Form(values, application)
    if "organisation" not in values:
        return form, None
    organisation = form.organisation("organisation", required="Write your organisation's name or code.")
    countries = form.read("countries", lambda: countries_in(form["countries"]))
    if organisation is None or form.errors:
        return form, None
    request = PartnersRequest(
        organisation=organisation,
        call=CallId(form["call"]) if form["call"] else None,
        countries=countries or (),
        new_only=bool(form["new_only"]),
    )
    return form, request
