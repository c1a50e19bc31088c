"""Which question does a form ask? Reads what was filled in; where something is wrong there is none."""

from collections.abc import Mapping

from service.app.open import Application
from service.app.question import (
    LARGEST_SET,
    PartnersQuestion,
    SteerQuestion,
    SuggestQuestion,
    WhyQuestion,
    made,
)
from service.app.resolve import country
from service.parsing import LONGEST_TEXT, countries_in, size_range
from service.web.identity import reader
from service.web.pages.form import Form
from service.web.pages.needs import read_needs

USUAL_PRESET = "balanced"


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
    fields["needs"] = form.needs = read_needs(form)
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


def why_question(values: Mapping[str, str], application: Application) -> tuple[Form, WhyQuestion | None]:
    """Read whose standing is asked for which outline. None: nothing was asked, or something is wrong."""
    form = Form(values, application, reader())
    if "organisation" not in values:
        return form, None
    organisation = form.organisation("organisation", required="Write the organisation's name or code.")
    if not form["outline"]:
        form.errors["outline"] = "Write the outline's title or id."
    else:
        form.read("outline", lambda: application.records.names.outline(form.reader, form["outline"]))
    if organisation is None or form.errors:
        return form, None
    return form, made(WhyQuestion, organisation=organisation, outline=form["outline"])


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
