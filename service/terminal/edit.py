"""How is one record added, edited, withdrawn or deleted, and a change undone? outline, organisation, audit, undo."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from data.errors import BadInput
from data.model import Kind, Organisation, Outline
from service.app.answers import Change, DuplicateKept, OrganisationKept
from service.app.question import (
    DuplicateDecided,
    ListQuestion,
    OrganisationAdded,
    OrganisationEdited,
    OutlineAdded,
    OutlineEdited,
    RecordsOf,
    made,
)
from service.terminal.command import Command, Group, Session, pass_session
from service.terminal.records_text import (
    change_text,
    changes_table,
    duplicate_text,
    duplicates_table,
    record_text,
)

_OUTLINE = (
    ("title", str, "Its title."),
    ("text", str, "What is planned, in any EU language; @FILE reads a file."),
    ("organisation", str, "Who sends it, by id or name."),
    ("country", str, "Where it comes from. Default: the organisation's country."),
    ("language", str, "ISO 639, as in de. Default: found out."),
    ("offers", str, "What the sender brings; @FILE reads a file."),
    ("seeks", str, "What the sender looks for; @FILE reads a file."),
    ("work_stream", str, "One of the call's work streams, by id or title."),
    ("budget_eur", float, "In euro."),
    ("submitted", str, "The day, as in 2026-11-28."),
)
_ORGANISATION = (
    ("name", str, "The legal name."),
    ("country", str, "Two letters, or the name."),
    ("kind", click.Choice([kind.value for kind in Kind], case_sensitive=False), "What sort of body it is."),
    ("sme", bool, "Is it a small or medium-sized enterprise?"),
    ("owner", str, "The ultimate parent, by id or name."),
    ("city", str, "Where it sits."),
    ("url", str, "Its web address."),
    ("profile", str, "What it says of itself; @FILE reads a file."),
)
_SORT = click.option(
    "--of",
    "kind",
    default="organisations",
    show_default=True,
    type=click.Choice([sort.value for sort in RecordsOf]),
)


def _facts(facts: Iterable[tuple[str, Any, str]], *needed: str, clear: bool = False) -> Callable[[Any], Any]:
    """Give a command an option a fact; `clear`: facts can be made unknown."""

    def decorate(function: Any) -> Any:
        if clear:
            names = click.Choice(
                [name.replace("_", "-") for name, *_ in facts if name not in ("title", "text")]
            )
            function = click.option(
                "--clear", multiple=True, type=names, help="Make this unknown; repeatable."
            )(function)
        for name, kind, about in reversed(list(facts)):
            function = click.option(
                f"--{name.replace('_', '-')}", type=kind, required=name in needed, help=about
            )(function)
        return function

    return decorate


def _given(facts: Mapping[str, Any], clear: Iterable[str] = ()) -> dict[str, Any]:
    """Return the facts that were given; a text `@FILE` is what the file holds."""
    given = {name: _text(fact) for name, fact in facts.items() if fact is not None}
    return given | {name.replace("-", "_"): None for name in clear}


def _text(fact: Any) -> Any:
    if not isinstance(fact, str) or not fact.startswith("@"):
        return fact
    try:
        return Path(fact[1:]).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{fact[1:]} cannot be read: {error}") from None


def _show_outline(session: Session, outline: Outline) -> None:
    session.answer(session.app.editing.kept(outline), record_text)


def _show_organisation(session: Session, organisation: Organisation) -> None:
    session.answer(OrganisationKept.of(organisation), record_text)


@click.group("outline", cls=Group)
def outline() -> None:
    """One outline: show, add, edit, withdraw, restore, delete."""


@outline.command("show", cls=Command, answers=True, example="konsort outline show DEMO-OUT-004")
@click.argument("which", metavar="OUTLINE")
@pass_session
def show_outline(session: Session, which: str) -> None:
    """Show all that is kept of an outline."""
    _show_outline(session, session.app.editing.outline(session.reader, which))


@outline.command(
    "add",
    cls=Command,
    answers=True,
    example='konsort outline add --call ipcei-2021 --title "Edge for ports" --text @edge.txt --organisation 999984059',
)
@click.option("--call", required=True, help="Id of the call that it answers.")
@click.option("--id", "ident", help="Its id. Default: made from call, organisation and title.")
@click.option(
    "--new-organisation", is_flag=True, help="Keep the organisation under this name if nobody knows it."
)
@_facts(_OUTLINE, "title", "text", "organisation")
@pass_session
def add_outline(
    session: Session, /, call: str, ident: str | None, new_organisation: bool, **facts: Any
) -> None:
    """Add an outline, a late one too: the call's next proposal places it near the plan that stands."""
    question = made(OutlineAdded, call=call, id=ident, new_organisation=new_organisation, **_given(facts))
    _show_outline(session, session.app.editing.add_outline(session.reader, question))


@outline.command(
    "edit",
    cls=Command,
    answers=True,
    example='konsort outline edit DEMO-OUT-004 --title "Edge for ports" --clear budget-eur',
)
@click.argument("which", metavar="OUTLINE")
@_facts(_OUTLINE, clear=True)
@pass_session
def edit_outline(session: Session, /, which: str, clear: tuple[str, ...], **facts: Any) -> None:
    """Change what is given of an outline; the rest stays as it is."""
    question = made(OutlineEdited, **_given(facts, clear))
    _show_outline(session, session.app.editing.edit_outline(session.reader, which, question))


@outline.command("withdraw", cls=Command, answers=True, example="konsort outline withdraw DEMO-OUT-004")
@click.argument("which", metavar="OUTLINE")
@pass_session
def withdraw_outline(session: Session, which: str) -> None:
    """Keep an outline, and match it with nobody any more."""
    _show_outline(session, session.app.editing.withdraw_outline(session.reader, which))


@outline.command("restore", cls=Command, answers=True, example="konsort outline restore DEMO-OUT-004")
@click.argument("which", metavar="OUTLINE")
@pass_session
def restore_outline(session: Session, which: str) -> None:
    """Let a withdrawn outline take part again."""
    _show_outline(session, session.app.editing.restore_outline(session.reader, which))


@outline.command("delete", cls=Command, answers=True, example="konsort outline delete DEMO-OUT-004")
@click.argument("which", metavar="OUTLINE")
@click.option("--forget", is_flag=True, help="For good: no text of it is kept, and it cannot be undone.")
@pass_session
def delete_outline(session: Session, which: str, forget: bool) -> None:
    """Delete an outline and print what it was; `konsort undo` brings it back, unless it was forgotten."""
    _show_outline(session, session.app.editing.delete_outline(session.reader, which, forget=forget))


@click.group("organisation", cls=Group)
def organisation() -> None:
    """One organisation and its profile: show, add, edit, withdraw, restore, delete."""


@organisation.command("show", cls=Command, answers=True, example="konsort organisation show 999984059")
@click.argument("which", metavar="ORGANISATION")
@pass_session
def show_organisation(session: Session, which: str) -> None:
    """Show all that is kept of an organisation."""
    _show_organisation(session, session.app.editing.organisation(session.reader, which))


@organisation.command(
    "add",
    cls=Command,
    answers=True,
    example='konsort organisation add --name "Beispiel Netze GmbH" --country DE',
)
@click.option("--id", "ident", help="PIC, else LEI or ROR. Default: made from name and country.")
@_facts(_ORGANISATION, "name")
@pass_session
def add_organisation(session: Session, /, ident: str | None, **facts: Any) -> None:
    """Add an organisation."""
    question = made(OrganisationAdded, id=ident, **_given(facts))
    _show_organisation(session, session.app.editing.add_organisation(session.reader, question))


@organisation.command(
    "edit", cls=Command, answers=True, example="konsort organisation edit 999984059 --profile @profile.txt"
)
@click.argument("which", metavar="ORGANISATION")
@_facts(_ORGANISATION, clear=True)
@pass_session
def edit_organisation(session: Session, /, which: str, clear: tuple[str, ...], **facts: Any) -> None:
    """Change what is given of an organisation; the rest stays as it is."""
    question = made(OrganisationEdited, **_given(facts, clear))
    _show_organisation(session, session.app.editing.edit_organisation(session.reader, which, question))


@organisation.command(
    "withdraw", cls=Command, answers=True, example="konsort organisation withdraw 999984059"
)
@click.argument("which", metavar="ORGANISATION")
@pass_session
def withdraw_organisation(session: Session, which: str) -> None:
    """Keep an organisation with its outlines and its past, and suggest it to nobody any more."""
    _show_organisation(session, session.app.editing.withdraw_organisation(session.reader, which))


@organisation.command("restore", cls=Command, answers=True, example="konsort organisation restore 999984059")
@click.argument("which", metavar="ORGANISATION")
@pass_session
def restore_organisation(session: Session, which: str) -> None:
    """Let a withdrawn organisation take part again."""
    _show_organisation(session, session.app.editing.restore_organisation(session.reader, which))


@organisation.command(
    "merge", cls=Command, answers=True, example="konsort organisation merge org-0123456789ab 999984059"
)
@click.argument("gone", metavar="ORGANISATION")
@click.argument("kept", metavar="INTO")
@pass_session
def merge_organisations(session: Session, gone: str, kept: str) -> None:
    """Let two records of one body be one, the second; `konsort undo` splits them again."""
    _show_organisation(session, session.app.editing.merge_organisations(session.reader, gone, kept))


@organisation.command(
    "delete", cls=Command, answers=True, example="konsort organisation delete org-0123456789ab"
)
@click.argument("which", metavar="ORGANISATION")
@pass_session
def delete_organisation(session: Session, which: str) -> None:
    """Delete an organisation that no project and no outline names; `konsort undo` brings it back."""
    _show_organisation(session, session.app.editing.delete_organisation(session.reader, which))


@click.group("duplicates", cls=Group)
def duplicates() -> None:
    """Records that may be of one body, outlines that may be one: a person decides each pair once."""


@duplicates.command("list", cls=Command, answers=True, example="konsort duplicates list --of outlines")
@_SORT
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 500), help="At most so many pairs."
)
@pass_session
def list_duplicates(session: Session, kind: str, limit: int) -> None:
    """List pairs about which nobody has decided, the most alike first."""
    rows = session.app.duplicates.probable(session.reader, RecordsOf(kind), limit)
    session.answer(rows, duplicates_table)


@duplicates.command(
    "decide", cls=Command, answers=True, example="konsort duplicates decide 999984059 org-0123456789ab --same"
)
@click.argument("keep")
@click.argument("other")
@click.option("--same/--different", required=True, help="Whether both are one; then the first is kept.")
@_SORT
@pass_session
def decide_duplicate(session: Session, keep: str, other: str, same: bool, kind: str) -> None:
    """Merge the second record into the first, or remember that they are two; `konsort undo` takes it back."""
    question = made(DuplicateDecided, of=kind, keep=keep, other=other, same=same)
    kept = DuplicateKept(*session.app.duplicates.decide(session.reader, question), same)
    session.answer(kept, duplicate_text)


@click.command("audit", cls=Command, answers=True, example="konsort audit --limit 20")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="At most so many.")
@click.option("--before", type=click.IntRange(1), help="Only changes before this one.")
@pass_session
def audit(session: Session, limit: int, before: int | None) -> None:
    """List what was changed, newest first: when, by whom, what, and whether it can be undone."""
    question = made(ListQuestion, limit=limit, cursor=None if before is None else str(before))
    part = session.app.editing.audit(session.reader, question)
    session.answer(tuple(map(Change.of, part.entries)), changes_table)


@click.command("undo", cls=Command, answers=True, example="konsort undo 12")
@click.argument("change", type=click.IntRange(1, 2**31 - 1))
@pass_session
def undo(session: Session, change: int) -> None:
    """Put back what a change did (`konsort audit` has the numbers); to undo that again is possible too."""
    session.answer(Change.of(session.app.editing.undo(session.reader, change)), change_text)


COMMANDS = (outline, organisation, duplicates, audit, undo)
