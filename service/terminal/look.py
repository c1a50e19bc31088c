"""What is there? graph, calls, types, outlines."""

import click

from service.app.answers import Call, OutlineRow, TypeRow
from service.terminal.command import Command, Group, Session, pass_session
from service.terminal.render import (
    around_text,
    calls_table,
    outlines_table,
    path_text,
    profile_text,
    summary_text,
    types_table,
)


@click.group("graph", cls=Group)
def network() -> None:
    """Inspect the collaboration network."""


@network.command("around", cls=Command, answers=True, example="konsort graph around 999984059 --limit 15")
@click.argument("organisation")
@click.option("--limit", default=20, show_default=True, help="How many partners.")
@pass_session
def around(session: Session, organisation: str, limit: int) -> None:
    """Show an organisation's strongest partners; takes an id or a name."""
    records = session.app.records
    ident = records.names.organisation(organisation)
    session.answer(records.network.around(ident, limit=limit), around_text)


@network.command("path", cls=Command, answers=True, example="konsort graph path 999984059 999612161")
@click.argument("a")
@click.argument("b")
@pass_session
def path(session: Session, a: str, b: str) -> None:
    """Show the strongest chain of introductions between two organisations."""
    records = session.app.records
    first, second = records.names.organisations((a, b))
    session.answer(records.network.path(first, second), path_text)


@network.command("summary", cls=Command, answers=True, example="konsort graph summary")
@pass_session
def summary(session: Session) -> None:
    """Count organisations, projects, ties and countries."""
    session.answer(session.app.records.network.summary(), summary_text)


@click.group("calls", cls=Group, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def calls(context: click.Context, as_json: bool) -> None:
    """List the call profiles; `konsort calls show ID` prints one in plain words."""
    session = context.ensure_object(Session)
    session.as_json = session.as_json or as_json
    if context.invoked_subcommand is None:
        with listed.make_context("list", [], parent=context) as inner:
            listed.invoke(inner)


@calls.command("list", cls=Command, answers=True, example="konsort calls list")
@pass_session
def listed(session: Session) -> None:
    """List the call profiles."""
    session.answer(tuple(map(Call.of, session.app.records.calls())), calls_table)


@calls.command("show", cls=Command, answers=True, example="konsort calls show ipcei-2021")
@click.argument("call")
@pass_session
def show(session: Session, call: str) -> None:
    """Print a call's demands in plain words, each with its source."""
    session.answer(Call.of(session.app.records.call(call)), profile_text)


@click.command("outlines", cls=Command, answers=True, example="konsort outlines --call demo-industrial-cloud")
@click.option("--call", help="Only this call's.")
@pass_session
def outlines(session: Session, call: str | None) -> None:
    """List stored outlines."""
    heads = session.app.records.all_outlines(session.reader, call=call)
    session.answer(tuple(map(OutlineRow.of, heads)), outlines_table)


@click.command("types", cls=Command, answers=True, example="konsort types")
@pass_session
def types(session: Session) -> None:
    """List the types of organisations that a need may name, by id, label or a word for it in any EU language."""
    session.answer(tuple(map(TypeRow.of, session.app.records.types())), types_table)


COMMANDS = (network, calls, types, outlines)
