"""How are consortia kept, shown and written as files from the terminal? consortium."""

from collections.abc import Mapping
from pathlib import Path

import click

from data.errors import BadInput
from data.kept_consortia import KeptConsortium
from service.app.consortia import ConsortiumKept, ConsortiumList
from service.app.question import ConsortiumWritten, SeatWritten, made
from service.terminal.command import Command, Group, NewFile, Session, pass_session
from service.terminal.rules_text import MARKS, rules_in_full

FILES = ("xlsx", "docx", "pdf", "json")


@click.group("consortium", cls=Group)
def consortium() -> None:
    """Consortia kept by name: save, list, show, export, delete."""


@consortium.command(
    "save",
    cls=Command,
    answers=True,
    example="konsort consortium save --name Ports --call he-ria-ia-2021 --member 999984059:coordinator "
    "--member 999612161 --outline O-17",
)
@click.option("--name", required=True, help="What it is called.")
@click.option("--call", required=True, help="Whose rules apply.")
@click.option(
    "--member", multiple=True, required=True, metavar="ORG[:ROLE]", help="By id or name; repeatable."
)
@click.option("--outline", help="The stored outline that it goes with: then it is scored, too.")
@click.option("--notes", help="What to remember of it.")
@pass_session
def save(
    session: Session, name: str, call: str, member: tuple[str, ...], outline: str | None, notes: str | None
) -> None:
    """Keep a consortium; prints how its rules stand, and who would mend a broken one."""
    seats = [_seat(text) for text in member]
    written = made(ConsortiumWritten, name=name, call=call, members=seats, outline=outline, notes=notes)
    consortia = session.app.consortia
    kept = consortia.keep(session.reader, written)
    _answer(session, kept)


@consortium.command("list", cls=Command, answers=True, example="konsort consortium list")
@pass_session
def listed(session: Session) -> None:
    """List the consortia that you keep, the one changed last first."""
    session.answer(ConsortiumList(session.app.consortia.listed(session.reader)), list_text)


@consortium.command("show", cls=Command, answers=True, example="konsort consortium show Ports")
@click.argument("which")
@pass_session
def show(session: Session, which: str) -> None:
    """Show one, by name or id: partners, rules, who would mend it, versions, comments."""
    consortia = session.app.consortia
    kept = consortia.consortium(session.reader, _ident(session, which))
    _answer(session, kept)


@consortium.command("export", cls=Command, example="konsort consortium export Ports partners.xlsx")
@click.argument("which")
@click.argument("file", type=NewFile())
@pass_session
def export(session: Session, which: str, file: Path) -> None:
    """Write one as a file; its ending says which kind: xlsx, docx, pdf or json."""
    kind = file.suffix.removeprefix(".").lower()
    if kind not in FILES:
        raise BadInput(
            f"{file.name} does not say which kind of file it is; needed: an ending of {', '.join(FILES)}"
        )
    consortia = session.app.consortia
    kept = consortia.consortium(session.reader, _ident(session, which))
    file.write_bytes(consortia.file(session.reader, kept, kind))
    click.echo(f"{file} written", err=True)


@consortium.command("delete", cls=Command, example="konsort consortium delete Ports")
@click.argument("which")
@pass_session
def delete(session: Session, which: str) -> None:
    """Delete one with its versions, comments and links."""
    session.app.consortia.remove(session.reader, _ident(session, which))
    click.echo("deleted", err=True)


def _seat(text: str) -> SeatWritten:
    organisation, _, role = text.partition(":")
    return made(SeatWritten, organisation=organisation.strip(), role=role.strip() or None)


def _ident(session: Session, which: str) -> str:
    """Return the id of one that is named by it or by its name."""
    heads = session.app.consortia.listed(session.reader)
    named = [head.id for head in heads if head.name.casefold() == which.strip().casefold()]
    if len(named) > 1:
        raise BadInput(f"{len(named)} consortia are called {which!r}; give an id: {', '.join(named)}")
    return named[0] if named else which


def _answer(session: Session, kept: KeptConsortium) -> None:
    view = session.app.consortia.view(session.reader, kept)
    known = session.app.records.organisations(view.helpful)
    names = {ident: f"{one.label} ({ident})" for ident, one in known.items()}
    session.answer(view, lambda view: consortium_text(view, names))


def consortium_text(kept: ConsortiumKept, names: Mapping[str, str]) -> str:
    """One consortium: partners in the order of Part A, rules, who would mend it, what was said.

    `names`: what is printed for the ids of those who would mend it.
    """
    lines = [f"{kept.name} [{kept.id}], call {kept.call}, version {kept.versions[-1].number}", ""]
    for row in kept.partners:
        where = row.country or "?"
        lines.append(f"{row.number:>3}  {row.role:<22} {row.pic or 'no PIC':<10} {where:<3} {row.name}")
    lines += ["", MARKS[kept.verdict.answer], *rules_in_full(kept.verdict.rules)]
    if kept.helpful:
        lines += ["", f"Who would mend it: {'; '.join(names.get(one, one) for one in kept.helpful)}"]
    lines += [f"{comment.at:%d.%m.%Y %H:%M} {comment.who}: {comment.text}" for comment in kept.comments]
    return "\n".join(lines)


def list_text(consortia: ConsortiumList) -> str:
    """Each with its id, call and how many members."""
    return (
        "\n".join(
            f"{head.id}  {head.at:%d.%m.%Y %H:%M}  {head.members:>3} members  {head.call:<24} {head.name}"
            for head in consortia.consortia
        )
        or "None is kept yet."
    )


COMMANDS = (consortium,)
