"""Who should work together? suggest, steer, tradeoff, partners, rank, check."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import IO, Any

import click

from data.model import CallId, OrganisationId, OutlineId
from data.published import as_json
from matcher.solver.assemble import Incumbent
from matcher.suggest.answers import PartnersRequest, SuggestRequest
from service.parsing import assignments, pairs, queries_of, size_range, text_of, to_countries, wants
from service.terminal.command import Command, State, pass_state
from service.terminal.render import partners_table, steering, suggestions, trade_off, verdict

TEXT = click.File(encoding="utf-8-sig")
"""UTF-8, with or without the mark that some editors put first."""
BROKEN, WRONG_INPUT, CANNOT_TELL = 1, 2, 3
"""Exit statuses of answers; those of errors are in `service/problems.py`."""


def _question(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a question about consortia, and pass it on as one SuggestRequest."""

    @wraps(function)
    def asked(
        state: State,
        /,
        outline: str | None,
        file: IO[str] | None,
        call: str,
        coordinator: str | None,
        must: tuple[str, ...],
        exclude: tuple[str, ...],
        apart: tuple[str, ...],
        size: str | None,
        role: tuple[str, ...],
        want: tuple[str, ...],
        preset: str,
        limit: int = 5,
        budget: float | None = None,
        **rest: Any,
    ) -> None:
        request = SuggestRequest(
            call=CallId(call),
            outline=OutlineId(outline) if outline else None,
            text=text_of(file),
            coordinator=OrganisationId(coordinator) if coordinator else None,
            must=tuple(map(OrganisationId, must)),
            exclude=tuple(map(OrganisationId, exclude)),
            apart=pairs(apart),
            size=size_range(size),
            roles=tuple((OrganisationId(who), what) for who, what in assignments(role).items()),
            wants=wants(want),
            limit=limit,
            preset=preset,
            budget_s=budget,
        )
        function(state, request, **rest)

    wrapped: Callable[..., None] = pass_state(asked)
    for option in reversed(
        (
            click.option("--outline", help="Id of a stored outline."),
            click.option(
                "--text",
                "file",
                type=TEXT,
                help="File with an outline, or - for input.",
            ),
            click.option("--call", required=True, help="Whose rules hold (`konsort calls`)."),
            click.option("--coordinator", help="Organisation that leads (default: the outline's owner)."),
            click.option("--must", multiple=True, help="Organisation that has to be in; may be repeated."),
            click.option("--not", "exclude", multiple=True, help="Organisation that must not be in."),
            click.option("--apart", multiple=True, metavar="A,B", help="Two that must not be in together."),
            click.option("--size", help="Members, as in 5-12."),
            click.option("--role", multiple=True, metavar="ORG=ROLE", help="A settled role of one."),
            click.option(
                "--want",
                multiple=True,
                metavar="N:WHAT",
                help="At least N of a country or kind: 1:FR, 2:sme.",
            ),
            click.option(
                "--preset", default="balanced", show_default=True, help="From proven_team to fresh_blood."
            ),
        )
    ):
        wrapped = option(wrapped)
    return wrapped


@click.command(
    "suggest",
    cls=Command,
    answers=True,
    example="konsort suggest --outline DEMO-OUT-058 --call demo-industrial-cloud --size 5-12\n"
    "konsort suggest --text outline.txt --call he-ria-ia-2021 --coordinator 999984059",
)
@click.option("--limit", default=5, show_default=True, help="How many suggestions.")
@click.option("--budget", default=2.0, show_default=True, help="Seconds that the proof may take.")
@click.option("--watch", is_flag=True, help="Tell on standard error how the search goes on.")
@click.option("--short", is_flag=True, help="Members only, each with its first reason.")
@_question
def suggest(state: State, request: SuggestRequest, watch: bool, short: bool) -> None:
    """Propose whole consortia for an outline: allowed by the call's rules, with reasons and rules shown.

    Exit status 0 some were found, 1 the demands conflict, 3 none was found in time and none ruled out.
    """
    answer = state.app.suggest(request, watch=_tell if watch else None)
    state.answer(answer, partial(suggestions, short=short))
    if not answer.suggestions:
        click.get_current_context().exit(BROKEN if answer.status == "infeasible" else CANNOT_TELL)


def _tell(snapshot: Incumbent) -> None:
    gap = "no bound yet" if snapshot.gap is None else f"at most {snapshot.gap:.2%} below the best"
    click.echo(f"{snapshot.seconds:6.3f} s  value {snapshot.value:.4f}, {gap}", err=True)


@click.command(
    "steer",
    cls=Command,
    answers=True,
    example="konsort steer --outline DEMO-OUT-058 --call demo-industrial-cloud "
    "DEMO-ORG-058 DEMO-ORG-037 DEMO-ORG-044 DEMO-ORG-021",
)
@click.argument("members", nargs=-1, required=True)
@_question
def steer(state: State, request: SuggestRequest, members: tuple[str, ...]) -> None:
    """Say what could be changed in a set: swaps with what they change, and what if somebody leaves."""
    state.answer(state.app.steer(request, members), steering)


@click.command(
    "tradeoff",
    cls=Command,
    answers=True,
    example="konsort tradeoff --outline DEMO-OUT-058 --call demo-industrial-cloud",
)
@_question
def tradeoff(state: State, request: SuggestRequest) -> None:
    """Say what new ties cost in fit: the best sets from those who know each other to those who do not."""
    state.answer(state.app.trade_off(request), trade_off)


@click.command(
    "partners",
    cls=Command,
    answers=True,
    example="konsort partners DEMO-ORG-001 --call demo-industrial-cloud --country FR --new-only",
)
@click.argument("organisation")
@click.option("--call", help="Only partners who help to meet this call's rules.")
@click.option("--country", "countries", multiple=True, help="Only from these countries; may be repeated.")
@click.option("--new-only", is_flag=True, help="Only organisations it never worked with.")
@click.option("--limit", default=20, show_default=True, help="How many partners.")
@pass_state
def partners(
    state: State, organisation: str, call: str | None, countries: tuple[str, ...], new_only: bool, limit: int
) -> None:
    """Find partners for one organisation, with reasons."""
    request = PartnersRequest(
        organisation=state.app.meant(organisation).id,
        call=CallId(call) if call else None,
        countries=to_countries(countries),
        new_only=new_only,
        limit=limit,
    )
    state.answer(state.app.partners(request), partners_table)


@click.command("rank", cls=Command, example="konsort rank queries.jsonl --limit 100 > ranked.jsonl")
@click.argument("queries", type=click.File("rb"))
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1), help="How many organisations a query."
)
@click.option(
    "--newcomers",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="0 to 1: how far to favour newcomers.",
)
@click.option(
    "--explain", default=0, type=click.IntRange(0), help="Say what speaks for so many of the first, as data."
)
@pass_state
def rank(state: State, queries: IO[bytes], limit: int, newcomers: float, explain: int) -> None:
    """Rank partners in bulk: one JSON object a line in, one a line out.

    A query has id and text, and may have given, coordinator, topic, programme and date (then only what was known
    before that day is used). A line that cannot be read is told on standard error, the others are answered, and the
    exit status is 2.
    """
    asked = queries_of(queries)
    for told in (*asked.bad, *asked.doubts):
        click.echo(f"konsort: {told}", err=True)
    rankings = state.app.rank(asked.queries, limit, newcomers=newcomers)
    for query, ranking in zip(asked.queries, rankings, strict=True):
        why = state.app.contributions(query, ranking, explain) if explain else None
        row = as_json(replace(ranking, why=why))
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    if any(query.date is None for query in asked.queries):  # of another day's ranking the basis is another
        click.echo(state.app.prepare(), err=True)
    if asked.bad:
        click.get_current_context().exit(WRONG_INPUT)


@click.command("check", cls=Command, answers=True, example="konsort check --call he-ria-ia-2021 members.csv")
@click.option("--call", required=True, help="Whose rules hold.")
@click.argument("members", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_state
def check(state: State, call: str, members: Path) -> None:
    """Say rule by rule whether these members are allowed; exit status 0 met, 1 broken, 3 cannot tell."""
    answer = state.app.check_file(call, members)
    state.answer(answer, verdict)
    click.get_current_context().exit({"met": 0, "broken": BROKEN, "unknown": CANNOT_TELL}[answer.answer])


COMMANDS = (suggest, steer, tradeoff, partners, rank, check)
