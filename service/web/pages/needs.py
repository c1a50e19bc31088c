"""What is sought, as chips on a page: fields that an answer's needs are written into, and read back as a question's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile
from typing import Any

from data.countries import KNOWN
from data.errors import BadInput
from matcher.needs.read import Need, Statements
from matcher.needs.type_names import type_named
from service.app.question import MOST_NEEDS
from service.app.resolve import country, label_of_country
from service.parsing import needs_of_json, where_in
from service.web.pages.form import Form
from service.words import from_where

FIELDS = ("text", "type", "number", "where", "must")
PLACES = 3
"""So many places are told of a chip that is closed."""
NEW = "new"
"""Names the row in which a need is added."""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need as its fields hold it. `was`: the same as they were shown, () in a new one."""

    text: str
    type: str
    number: str
    where: str
    must: str
    was: tuple[str, ...] = ()
    derived: bool = False

    @classmethod
    def of(cls, need: Need) -> "NeedRow":
        """Return a need's fields. An input has no lines, so the words have none either."""
        row = cls(
            text=" ".join(need.text.split()),
            type="; ".join(need.type_labels),
            number=str(need.number),
            where=from_where(need),
            must="must" if need.must else "may",
            derived=need.derived,
        )
        return replace(row, was=row.values)

    @property
    def values(self) -> tuple[str, ...]:
        return (self.text, self.type, self.number, self.where, self.must)

    @property
    def kept(self) -> str:
        """What a hidden field keeps of how it was shown."""
        return json.dumps(self.was, ensure_ascii=False)

    @property
    def where_in_short(self) -> str:
        """From where, at most three places of it.

        >>> NeedRow("", "", "", "Greece (EL), Italy (IT), Malta (MT), Spain (ES), abroad", "must").where_in_short
        'Greece (EL), Italy (IT), Malta (MT) and 2 more'
        """
        parts = self.where.split(", ")
        more = f" and {len(parts) - PLACES} more" if len(parts) > PLACES else ""
        return ", ".join(parts[:PLACES]) + more

    @property
    def changed(self) -> bool:
        return self.values != self.was

    @property
    def says(self) -> bool:
        """Whether it seeks anything."""
        return bool(self.text or self.type)


@dataclass(frozen=True, slots=True)
class NeedsView:
    """All that the page shows of what is sought. `title`, `remark`: in words; `corrected`: by whoever asks."""

    rows: tuple[NeedRow, ...]
    corrected: bool
    title: str
    remark: str
    types: tuple[str, ...]
    """Labels to choose from."""
    countries: tuple[str, ...]
    passages: tuple[tuple[str, str], ...] = ()
    """The outline in pieces: what each is ("sought", "brought" or "") and its words."""


def read_needs(form: Form) -> list[dict[str, Any]] | None:
    """Return what is sought by the form's own word, None where nothing was corrected; wrong fields are noted.

    What is left as it was while the words changed is read from the new words.
    """
    rows = rows_of(form)
    if "needs" in form.values and not rows:
        return form.read("needs", lambda: needs_of_json(form["needs"])) if form["needs"] else None
    untouched = not (form["corrected"] or form["drop"] or any(row.changed for row in rows))
    if form["reread"] or untouched:
        return None
    if len(rows) > MOST_NEEDS:
        form.errors[f"need-{NEW}-text"] = f"At most {MOST_NEEDS} needs are told apart; leave some out."
    return [_need_of(form, place, row) for place, row in enumerate(rows, start=1)]


def rows_of(form: Form) -> list[NeedRow]:
    """Return the rows of a form, without the one that was dropped and without empty ones."""
    places = takewhile(lambda place: f"need-{place}-text" in form.values, count(1))
    names = map(str, places)
    rows = [_row(form, name) for name in (*names, NEW) if name != form["drop"]]
    return [row for row in rows if row.says]


def _row(form: Form, name: str) -> NeedRow:
    values = {field: " ".join(form[f"need-{name}-{field}"].split()) for field in FIELDS}
    return NeedRow(**values, was=_was(form[f"need-{name}-was"]), derived=False)


def _was(kept: str) -> tuple[str, ...]:
    """What a hidden field kept; () where somebody else wrote it."""
    try:
        was = json.loads(kept or "[]")
    except ValueError:
        return ()
    return tuple(map(str, was)) if isinstance(was, list) and len(was) in (0, len(FIELDS)) else ()


def _need_of(form: Form, place: int, row: NeedRow) -> dict[str, Any]:
    """One row as a question's need. Fields that stay empty in a new row are left to its words."""
    was = dict(zip(FIELDS, row.was, strict=True)) if row.was else dict.fromkeys(FIELDS, "")
    reworded = row.text != was["text"]

    def said(field: str) -> bool:
        written = getattr(row, field)
        return bool(written != was[field] if reworded else written or row.was)

    need: dict[str, Any] = {"text": row.text}
    if row.was or row.must == "may":
        need["must"] = row.must != "may"
    if said("type"):
        need["types"] = form.read(f"need-{place}-type", lambda: _types(row.type))
    if said("number"):
        need["number"] = form.read(f"need-{place}-number", lambda: _number(row.number))
    if said("where"):
        need |= form.read(f"need-{place}-where", lambda: _where(row.where)) or {}
    return need


def _types(written: str) -> list[str]:
    return [type_named(part.strip()) for part in written.split(";") if part.strip()]


def _number(written: str) -> int:
    if not (written or "1").isdecimal() or not 1 <= int(written or "1") <= 40:
        raise BadInput(f"Write how many, from 1 to 40, not “{written}”")
    return int(written or "1")


def _where(written: str) -> dict[str, Any]:
    said = where_in(written)
    for field in ("countries", "not_from"):
        said[field] = list(map(country, said[field]))
    return said


def shown(form: Form, understood: Statements | None) -> NeedsView | None:
    """Return what the page shows: what the answer stands on, or what was typed where something is wrong."""
    corrected = form.needs is not None
    if understood is None:
        rows = tuple(rows_of(form))
        title, remark = "What you ask for", "Nothing was asked yet: something in the form is wrong."
        if not rows:
            return None
        corrected = bool(form["corrected"])
    else:
        rows = tuple(map(NeedRow.of, understood.needs))
        title, remark = _heading(understood, corrected=corrected)
    labels = tuple(one.label for one in form.application.records.types())
    countries = tuple(sorted(map(label_of_country, KNOWN)))
    passages = () if understood is None else passages_of(_outline(form), understood)
    return NeedsView(rows, corrected, title, remark, labels, countries, passages)


def _outline(form: Form) -> str:
    """The text that was read."""
    if form["outline"]:
        return form.application.records.outline(form.reader, form["outline"]).text
    return form["text"]


def passages_of(text: str, understood: Statements) -> tuple[tuple[str, str], ...]:
    """Divide an outline's text at what is sought and brought.

    >>> from matcher.needs.read import read_statements
    >>> passages_of("We seek a shipyard.", read_statements("We seek a shipyard."))
    (('', 'We seek '), ('sought', 'a shipyard'), ('', '.'))
    """
    marks = [(need.start, need.end, "sought") for need in understood.needs if need.field == "text"]
    marks += [(offer.start, offer.end, "brought") for offer in understood.offers if offer.field == "text"]
    passages, place = [], 0
    for start, end, kind in sorted(marks):
        if start >= place:  # words that belong to two needs are marked once
            passages += [("", text[place:start]), (kind, text[start:end])]
            place = end
    return tuple((kind, words) for kind, words in (*passages, ("", text[place:])) if words)


def _heading(understood: Statements, *, corrected: bool) -> tuple[str, str]:
    if corrected:
        return "What you ask for", "As you corrected it, whatever the outline says."
    if understood.stated:
        return "What your outline asks for", "Read from its words. Change what is wrong, and ask again."
    if understood.needs:
        return "What the work asks for", (
            "The outline names nobody whom it seeks. So these are derived from the work it describes, count half, and "
            "the ranking decides first. Change one or add one, and they come first."
        )
    return "Whom do you seek?", (
        "The outline names nobody whom it seeks, and no type of organisation. So the ranking decides. Add what you "
        "need, and it comes first."
    )


def hidden(needs: Sequence[Mapping[str, Any]] | None) -> str:
    """Needs as a page's hidden field keeps them for the next question, "" for none of one's own."""
    return "" if needs is None else json.dumps(list(needs), ensure_ascii=False)
