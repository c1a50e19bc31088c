"""How do a call's outlines make one project? integrate, decide, meetings."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from data.errors import BadInput
from service.app.answers import DecisionList
from service.app.question import DecisionMade, IntegrateQuestion, made
from service.parsing import assignments, pairs
from service.terminal.command import Command, NewFile, Session, pass_session
from service.terminal.overall_text import decisions, integration, meeting_table

OUT = NewFile()
OWN = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "integrate",
    cls=Command,
    answers=True,
    example="konsort integrate demo-industrial-cloud --xlsx proposal.xlsx --docx proposal.docx\n"
    "konsort integrate demo-industrial-cloud --without FR",
)
@click.argument("call")
@click.option("--without", multiple=True, help="What if this outline, organisation or country drops out?")
@click.option("--anew", is_flag=True, help="Do not stay near the earlier proposal.")
@click.option(
    "--alternatives", "others", is_flag=True, help="Also two or three truly different integrations."
)
@click.option("--xlsx", type=OUT, help="Write the tables.")
@click.option("--docx", type=OUT, help="Write the text with its tables.")
@click.option("--pdf", type=OUT, help="Write the text as PDF.")
@click.option("--gexf", type=OUT, help="Write the graph.")
@click.option("--language", default="en", help="Language of the text: en or de.")
@click.option("--wording", type=OWN, help="Words of the text in a language of your own (TOML).")
@click.option(
    "--template", type=OWN, help="A DOCX whose styles the text takes; `konsort template document` writes one."
)
@pass_session
def integrate(
    session: Session,
    call: str,
    without: tuple[str, ...],
    anew: bool,
    others: bool,
    xlsx: Path | None,
    docx: Path | None,
    pdf: Path | None,
    gexf: Path | None,
    language: str,
    wording: Path | None,
    template: Path | None,
) -> None:
    """Combine all outlines of a call into one integrated overall project.

    The proposal stays near the one before it and keeps every decision (`konsort decide`). With --without it shows
    the smallest repair and keeps nothing.
    """
    projects, reader = session.app.projects, session.reader
    question = made(IntegrateQuestion, call=call, without=without, alternatives=others)
    wishes = None
    if docx or pdf:
        from service.app.workspace import FileWishes
        from service.exports.spoken import wording as words_in

        words_in(language)  # before anything is computed
        wishes = FileWishes(language, wording, template)
    project = projects.propose(reader, question, anew=anew)
    for kind, path in (("xlsx", xlsx), ("docx", docx), ("pdf", pdf), ("gexf", gexf)):
        if path is not None:
            path.write_bytes(projects.file(reader, project, kind, wishes))
            click.echo(f"{path} written", err=True)
    if others:
        project = replace(project, alternatives=projects.alternatives(reader, question, project))
    session.answer(project, integration)


@click.command(
    "decide",
    cls=Command,
    answers=True,
    example="konsort decide demo-industrial-cloud\n"
    "konsort decide demo-industrial-cloud --put DEMO-OUT-004=infrastructure --never DEMO-OUT-009,DEMO-OUT-038\n"
    "konsort decide demo-industrial-cloud --take-back put:DEMO-OUT-004",
)
@click.argument("call")
@click.option("--put", multiple=True, metavar="OUTLINE=STREAM", help="This outline in that stream.")
@click.option("--together", multiple=True, metavar="A,B", help="These two outlines together.")
@click.option("--never", multiple=True, metavar="A,B", help="Those two never.")
@click.option("--name", multiple=True, metavar="STREAM=NAME", help="This stream is named so.")
@click.option(
    "--carry", multiple=True, metavar="OUTLINE=LINKS", help="This outline carries so many links at most."
)
@click.option("--withdraw", multiple=True, help="This outline, organisation or country has left.")
@click.option(
    "--take-back", multiple=True, metavar="KEY", help="Take one decision back; the list shows its key."
)
@click.option("--forget", is_flag=True, help="Take all earlier decisions back first.")
@pass_session
def decide(
    session: Session, /, call: str, take_back: tuple[str, ...], forget: bool, **words: tuple[str, ...]
) -> None:
    """Keep the coordinator's decisions about a call's overall project, for this and every later run.

    Prints all that are kept, each with its key; without options it only lists them.
    """
    projects, reader = session.app.projects, session.reader
    decided = decisions_of(words)
    if take_back:
        projects.take_back(reader, call, take_back)
    if decided or forget:
        projects.decide(reader, call, decided, anew=forget)
    session.answer(DecisionList(call, projects.decisions(reader, call)), decisions)


def decisions_of(words: Mapping[str, Sequence[str]]) -> list[DecisionMade]:
    """Read the options of `decide`: KEY=VALUE for put, name and carry, A,B for together and never, else an id."""
    return [
        *(
            made(DecisionMade, kind=kind, about=[about], value=value)
            for kind in ("put", "name", "carry")
            for about, value in assignments(words[kind]).items()
        ),
        *(
            made(DecisionMade, kind=kind, about=pair)
            for kind in ("together", "never")
            for pair in pairs(words[kind])
        ),
        *(made(DecisionMade, kind="withdraw", about=[word]) for word in words["withdraw"]),
    ]


@click.command(
    "meetings",
    cls=Command,
    answers=True,
    example="konsort meetings demo-industrial-cloud --start 2027-03-09T09:00+01:00 --end 2027-03-09T17:00+01:00 "
    "--tables 20 --out plan.xlsx",
)
@click.argument("call")
@click.option("--start", required=True, help="When the event begins, with its time zone.")
@click.option("--end", required=True, help="When it ends.")
@click.option("--tables", required=True, type=click.IntRange(1, 1000), help="How many meetings at once.")
@click.option("--out", type=OUT, help="Write the plan as .xlsx, .ics or .pdf.")
@pass_session
def meetings(session: Session, call: str, start: str, end: str, tables: int, out: Path | None) -> None:
    """Plan the matchmaking event: who meets whom and when, the most valuable links first."""
    begin, finish = _time(start), _time(end)
    plan = session.app.projects.meetings(session.reader, call, begin, finish, tables)
    if out is not None:
        from service.app.workspace import meetings_file

        out.write_bytes(meetings_file(plan, out.suffix, stamp=plan.slots[0].start))
        click.echo(f"{out} written", err=True)
    session.answer(plan, meeting_table)


def _time(text: str) -> dt.datetime:
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"a moment is written as 2027-03-09T09:00+01:00, not as {text!r}") from None
    if time.utcoffset() is None:
        raise BadInput(f"{text!r} lacks its time zone; needed: as in 2027-03-09T09:00+01:00")
    return time


COMMANDS = (integrate, decide, meetings)
