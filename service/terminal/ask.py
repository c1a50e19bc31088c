"""Who should work together? read, suggest, steer, tradeoff, partners, rank, check."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from data.published import as_json
from service.app.question import (
    PartnersQuestion,
    ReadQuestion,
    SteerQuestion,
    SuggestQuestion,
    WhyQuestion,
    made,
)
from service.parsing import assignments, needs_in, pairs, text_of, wants
from service.terminal.command import Command, Session, pass_session
from service.terminal.needs_text import statements
from service.terminal.ranking_file import queries_of
from service.terminal.render import partners_table, steering, suggestions, trade_off, verdict, why_text

if TYPE_CHECKING:
    from matcher.solver.assemble import Incumbent

Fields = dict[str, Any]
TEXT = click.File(encoding="utf-8-sig")
"""UTF-8, with or without the mark that some editors put first."""
BROKEN, WRONG_INPUT, CANNOT_TELL = 1, 2, 3
"""Exit statuses of answers; those of errors are in `service/problems.py`."""


def _question(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a question about consortia, and pass them on as the question's fields."""

    @wraps(function)
    def command(
        session: Session,
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
        need: tuple[str, ...],
        needs: IO[str] | None,
        preset: str,
        **rest: Any,
    ) -> None:
        fields: Fields = {
            "call": call,
            "outline": outline,
            "text": text_of(file),
            "coordinator": coordinator,
            "must": must,
            "exclude": exclude,
            "apart": pairs(apart),
            "size": size,
            "roles": assignments(role),
            "want": [{"least": least, "of": what} for least, what in wants(want)],
            "needs": needs_in(need, needs),
            "preset": preset,
        }
        function(session, fields, **rest)

    wrapped: Callable[..., None] = pass_session(command)
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
                help="At least N of a country, kind or type: 1:FR, 2:sme, 1:port.",
            ),
            click.option(
                "--need",
                multiple=True,
                metavar="WORDS",
                help="What is sought, in place of what the outline says: 'two ports in France'; may be repeated.",
            ),
            click.option(
                "--needs",
                type=TEXT,
                metavar="FILE",
                help="The same as JSON: `konsort read --json`, corrected; or - for input.",
            ),
            click.option(
                "--preset", default="balanced", show_default=True, help="From proven_team to fresh_blood."
            ),
        )
    ):
        wrapped = option(wrapped)
    return wrapped


@click.command(
    "read",
    cls=Command,
    answers=True,
    example="konsort read outline.txt\nkonsort read --outline DEMO-OUT-058 --json > needs.json",
)
@click.argument("file", type=TEXT, required=False)
@click.option("--outline", help="Id of a stored outline, in place of a file.")
@click.option("--coordinator", help="Who asks; what it is itself is no need (default: the outline's owner).")
@pass_session
def read(session: Session, file: IO[str] | None, outline: str | None, coordinator: str | None) -> None:
    """Show what is understood of an outline: what it seeks, what its author is and brings, what it is about.

    FILE holds the text, - stands for input. What is wrong can be corrected in the JSON and given to
    `konsort suggest --needs`.
    """
    question = made(ReadQuestion, outline=outline, text=text_of(file), coordinator=coordinator)
    session.answer(session.app.questions.read(session.reader, question), statements)


@click.command(
    "suggest",
    cls=Command,
    answers=True,
    example="konsort suggest --outline DEMO-OUT-058 --call demo-industrial-cloud --size 5-12\n"
    "konsort suggest --text outline.txt --call he-ria-ia-2021 --coordinator 999984059",
)
@click.option("--limit", default=5, show_default=True, help="How many suggestions.")
@click.option(
    "--budget",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0.05, 600),
    help="Seconds that the proof may take.",
)
@click.option("--watch", is_flag=True, help="Tell on standard error how the search goes on.")
@click.option("--short", is_flag=True, help="Members only, each with its first reason.")
@_question
def suggest(session: Session, fields: Fields, limit: int, budget: float, watch: bool, short: bool) -> None:
    """Propose whole consortia for an outline: allowed by the call's rules, with reasons and rules shown.

    Exit status 0 some were found, 1 the demands conflict, 3 none was found in time and none ruled out.
    """
    # A terminal keeps nobody waiting: its proof may take longer than a request's.
    question = made(SuggestQuestion, **fields, limit=limit).model_copy(update={"budget_s": budget})
    answer = session.app.questions.suggest(
        session.reader, question, watch=_print_incumbent if watch else None
    )
    session.answer(answer, partial(suggestions, short=short))
    if not answer.suggestions:
        click.get_current_context().exit(BROKEN if answer.status == "infeasible" else CANNOT_TELL)


def _print_incumbent(incumbent: "Incumbent") -> None:
    gap = "no bound yet" if incumbent.gap is None else f"at most {incumbent.gap:.2%} below the best"
    click.echo(f"{incumbent.seconds:6.3f} s  value {incumbent.value:.4f}, {gap}", err=True)


@click.command(
    "steer",
    cls=Command,
    answers=True,
    example="konsort steer --outline DEMO-OUT-058 --call demo-industrial-cloud "
    "DEMO-ORG-058 DEMO-ORG-037 DEMO-ORG-044 DEMO-ORG-021",
)
@click.argument("members", nargs=-1, required=True)
@_question
def steer(session: Session, fields: Fields, members: tuple[str, ...]) -> None:
    """Say what could be changed in a set: swaps with what they change, and what if somebody leaves."""
    question = made(SteerQuestion, **fields, members=members)
    session.answer(session.app.questions.steer(session.reader, question), steering)


@click.command(
    "tradeoff",
    cls=Command,
    answers=True,
    example="konsort tradeoff --outline DEMO-OUT-058 --call demo-industrial-cloud",
)
@_question
def tradeoff(session: Session, fields: Fields) -> None:
    """Say what new ties cost in fit: the best sets from those who know each other to those who do not."""
    question = made(SuggestQuestion, **fields)
    session.answer(session.app.questions.trade_off(session.reader, question), trade_off)


@click.command(
    "partners",
    cls=Command,
    answers=True,
    example="konsort partners DEMO-ORG-001 --call demo-industrial-cloud --country FR --new-only\n"
    "konsort partners --text who-we-are.txt",
)
@click.argument("organisation", required=False)
@click.option("--text", "file", type=TEXT, help="File that says what you do and seek, or - for input.")
@click.option("--call", help="Only partners who help to meet this call's rules.")
@click.option("--country", "countries", multiple=True, help="Only from these countries; may be repeated.")
@click.option("--new-only", is_flag=True, help="Only organisations it never worked with.")
@click.option("--limit", default=20, show_default=True, help="How many partners.")
@pass_session
def partners(
    session: Session,
    organisation: str | None,
    file: IO[str] | None,
    call: str | None,
    countries: tuple[str, ...],
    new_only: bool,
    limit: int,
) -> None:
    """Find partners for an organisation, for a text, or for both, with reasons."""
    question = made(
        PartnersQuestion,
        organisation=organisation,
        text=text_of(file),
        call=call,
        countries=countries,
        new_only=new_only,
        limit=limit,
    )
    session.answer(session.app.questions.partners(session.reader, question), partners_table)


@click.command(
    "why",
    cls=Command,
    answers=True,
    example="konsort why DEMO-ORG-044 --outline DEMO-OUT-028",
)
@click.argument("organisation")
@click.option("--outline", required=True, help="Id or title of a stored outline.")
@click.option("--call", help="Whose rules hold; by default the outline's own call.")
@pass_session
def why(session: Session, organisation: str, outline: str, call: str | None) -> None:
    """Say why an organisation was suggested for an outline or not, who stands before it, and what would change that."""
    question = made(WhyQuestion, organisation=organisation, outline=outline, call=call)
    session.answer(session.app.questions.why(session.reader, question), why_text)


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
@pass_session
def rank(session: Session, queries: IO[bytes], limit: int, newcomers: float, explain: int) -> None:
    """Rank partners in bulk: one JSON object a line in, one a line out.

    A query has id and text, and may have given, coordinator, topic, programme and date (then only what was known
    before that day is used). A line that cannot be read is told on standard error, the others are answered, and the
    exit status is 2.
    """
    file = queries_of(queries)
    for remark in (*file.bad, *file.doubts):
        click.echo(f"konsort: {remark}", err=True)
    questions, reader = session.app.questions, session.reader
    rankings = questions.rank(reader, file.queries, limit=limit, newcomers=newcomers)
    for query, ranking in zip(file.queries, rankings, strict=True):
        why = questions.contributions(reader, query, ranking, explain) if explain else None
        row = as_json(replace(ranking, why=why))
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    if any(query.date is None for query in file.queries):  # of another day's ranking the basis is another
        click.echo(session.app.imports.prepare(), err=True)
    if file.bad:
        click.get_current_context().exit(WRONG_INPUT)


@click.command("check", cls=Command, answers=True, example="konsort check --call he-ria-ia-2021 members.csv")
@click.option("--call", required=True, help="Whose rules hold.")
@click.argument("members", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_session
def check(session: Session, call: str, members: Path) -> None:
    """Say rule by rule whether these members are allowed; exit status 0 met, 1 broken, 3 cannot tell."""
    answer = session.app.questions.check_file(session.reader, call, members)
    session.answer(answer, verdict)
    click.get_current_context().exit({"met": 0, "broken": BROKEN, "unknown": CANNOT_TELL}[answer.answer])


COMMANDS = (read, suggest, steer, tradeoff, partners, why, rank, check)
