"""What is there? graph, calls, outlines."""

import click

from service.terminal.command import Command, Group, State, pass_state
from service.terminal.render import (
    around_text,
    calls_table,
    outlines_table,
    path_text,
    profile_text,
    summary_text,
)


@click.group("graph", cls=Group)
def network() -> None:
    """Inspect the collaboration network."""


@network.command("around", cls=Command, answers=True, example="konsort graph around 999984059 --limit 15")
@click.argument("organisation")
@click.option("--limit", default=20, show_default=True, help="How many partners.")
@pass_state
def around(state: State, organisation: str, limit: int) -> None:
    """Show an organisation's strongest partners; takes an id or a name."""
    ident = state.app.meant(organisation).id
    state.answer(state.app.network.around(ident, limit=limit), around_text)


@network.command("path", cls=Command, answers=True, example="konsort graph path 999984059 999612161")
@click.argument("a")
@click.argument("b")
@pass_state
def path(state: State, a: str, b: str) -> None:
    """Show the strongest chain of introductions between two organisations."""
    state.answer(state.app.network.path(state.app.meant(a).id, state.app.meant(b).id), path_text)


@network.command("summary", cls=Command, answers=True, example="konsort graph summary")
@pass_state
def summary(state: State) -> None:
    """Count organisations, projects, ties and countries."""
    state.answer(state.app.network.summary(), summary_text)


@click.group("calls", cls=Group, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def calls(context: click.Context, as_json: bool) -> None:
    """List the call profiles; `konsort calls show ID` prints one in plain words."""
    state = context.ensure_object(State)
    state.as_json = state.as_json or as_json
    if context.invoked_subcommand is None:
        with listed.make_context("list", [], parent=context) as inner:
            listed.invoke(inner)


@calls.command("list", cls=Command, answers=True, example="konsort calls list")
@pass_state
def listed(state: State) -> None:
    """List the call profiles."""
    state.answer(state.app.call_rows(), calls_table)


@calls.command("show", cls=Command, answers=True, example="konsort calls show ipcei-2021")
@click.argument("call")
@pass_state
def show(state: State, call: str) -> None:
    """Print a call's demands in plain words, each with its source."""
    state.answer(state.app.call_record(call), profile_text)


@click.command("outlines", cls=Command, answers=True, example="konsort outlines --call demo-industrial-cloud")
@click.option("--call", help="Only this call's.")
@pass_state
def outlines(state: State, call: str | None) -> None:
    """List stored outlines."""
    state.answer(state.app.outline_rows(call), outlines_table)


COMMANDS = (network, calls, outlines)
