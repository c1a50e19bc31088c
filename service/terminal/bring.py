"""How do records come in? import, template, index, train, owners."""

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.errors import BadInput
from data.model import ImportReport
from service.app.question import RecordsOf
from service.terminal.command import Command, Group, NewFile, Session, pass_session
from service.terminal.render import import_report, suspicions

if TYPE_CHECKING:
    from data.sources.mapping import FileMapping

FILE = click.Path(exists=True, path_type=Path)
NOTHING_CAME_IN = 6
"""The exit status of an import in which no record came in, not even one that was there already."""


@click.group("import", cls=Group)
def import_group() -> None:
    """Bring records into the store; a bad row is reported, good rows come in, twice changes nothing."""


def _importer(name: str, example: str) -> Callable[[Callable[..., None]], click.Command]:
    """Give a command what all importers share: a dry run and the report of bad rows."""

    def decorate(function: Callable[..., None]) -> click.Command:
        for option in (
            click.option(
                "--report", type=NewFile(), help="Where bad rows go (default: konsort-bad-rows.txt)."
            ),
            click.option("--no-index", is_flag=True, help="Leave texts to be embedded at first use."),
            click.option("--dry-run", is_flag=True, help="Read and report; write nothing."),
        ):
            function = option(function)
        command = import_group.command(name, cls=Command, example=example, answers=True)
        return command(pass_session(function))

    return decorate


def _tables(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how a table is read; it receives them as one `mapping`."""

    @wraps(function)
    def with_mapping(
        *args: Any,
        mapping: Path | None,
        sheet: str | None,
        column: tuple[str, ...],
        encoding: str | None,
        **options: Any,
    ) -> None:
        from data.sources.mapping import NO_MAPPING, load_mapping

        stated = NO_MAPPING if mapping is None else load_mapping(mapping)
        function(*args, mapping=stated.with_options(sheet, encoding, column), **options)

    for option in (
        click.option(
            "--keep-mapping", type=NewFile(), help="Where to write what was understood, to be mended."
        ),
        click.option("--encoding", help="The encoding of a text file, such as cp1250. Default: found out."),
        click.option(
            "--column",
            multiple=True,
            metavar='NAME="HEADING"',
            help="Which heading holds a column; repeatable.",
        ),
        click.option("--sheet", help="The sheet to read. Default: every visible one with a table."),
        click.option("--mapping", type=FILE, help="What was said of the sender's files before (TOML)."),
    ):
        with_mapping = option(with_mapping)
    return with_mapping


def _finish(session: Session, done: ImportReport, report: Path | None, no_index: bool) -> str:
    """Write down what to look at, say what came in, then embed (and train on) what is new.

    Return what the ranking stands on now, "" where it was not looked at. The command ends with a status of its own
    where nothing came in.
    """
    imports = session.app.imports
    session.answer(imports.keep_problems(done, report), import_report)
    if done.is_empty:
        click.get_current_context().exit(NOTHING_CAME_IN)
    return "" if done.dry_run or no_index else imports.train()


def _kept(done: ImportReport, mapping: "FileMapping", path: Path | None) -> None:
    """Write what was understood as a mapping, where a file is named for it."""
    if path is not None:
        from data.sources.mapping import mapping_text

        path.write_text(mapping_text(done, mapping), encoding="utf-8")


@_importer("cordis", "konsort import cordis cordis-h2020projects-csv.zip --dry-run")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="ZIP_OR_DIR...")
def cordis(
    session: Session, paths: tuple[Path, ...], dry_run: bool, no_index: bool, report: Path | None
) -> None:
    """Read what CORDIS publishes, as CSV, XLSX, JSON or XML: ZIP archives or folders of it.

    Any framework programme, with more or fewer columns. Afterwards texts are embedded and, where there are enough
    projects, the partner ranker is trained; both can be interrupted and are taken up again.
    """
    if basis := _finish(
        session, session.app.imports.cordis(session.reader, paths, dry_run=dry_run), report, no_index
    ):
        click.echo(basis, err=True)


@_importer("outlines", "konsort import outlines outlines.xlsx --call ipcei-2021")
@click.argument("file", type=FILE)
@click.option("--call", required=True, help="Id of the call the outlines answer (`konsort calls`).")
@click.option(
    "--replace", is_flag=True, help="Remove the call's outlines that the file does not hold; asks first."
)
@click.option("--yes", is_flag=True, help="Do not ask before outlines are removed.")
@_tables
def outlines(
    session: Session, file: Path, call: str, mapping: "FileMapping", report: Path | None, **options: Any
) -> None:
    """Read outlines from CSV, XLSX or ODS, of whatever layout; `konsort template outlines` writes an empty form."""
    dry_run, replace = options["dry_run"], options["replace"]
    bring = partial(
        session.app.imports.outlines, session.reader, file, call, mapping=mapping, replace=replace
    )
    if replace and not dry_run and not options["yes"]:
        missing = bring(dry_run=True).missing
        lines = [f"{outline.id}: {outline.title}" for outline in missing]
        if missing:
            click.confirm("\n".join(["The file does not hold", *lines, "Remove them?"]), abort=True, err=True)
    done = bring(dry_run=dry_run)
    _kept(done, mapping, options["keep_mapping"])
    _finish(session, done, report, options["no_index"])


@_importer("organisations", "konsort import organisations organisations.csv")
@click.argument("file", type=FILE)
@_tables
def organisations(
    session: Session, file: Path, mapping: "FileMapping", report: Path | None, **options: Any
) -> None:
    """Read organisations (country, kind, owner, profile text) from CSV, XLSX or ODS, of whatever layout."""
    bring = session.app.imports.organisations
    done = bring(session.reader, file, dry_run=options["dry_run"], mapping=mapping)
    _kept(done, mapping, options["keep_mapping"])
    _finish(session, done, report, options["no_index"])


@_importer("demo", "konsort import demo")
def demo(session: Session, dry_run: bool, no_index: bool, report: Path | None) -> None:
    """Load the demo call, `demo-industrial-cloud`: fictional organisations, real job."""
    _finish(session, session.app.imports.demo(session.reader, dry_run=dry_run), report, no_index)


@click.command("template", cls=Command, example="konsort template outlines outlines.xlsx")
@click.argument("what", type=click.Choice(["outlines", "organisations", "document"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def template(what: str, file: Path | None) -> None:
    """Write the empty form for outlines or organisations (CSV or XLSX) with explanations and allowed values.

    `document` writes the DOCX whose styles `konsort integrate --docx` uses, to be restyled in Word, and beside it the
    words, to be translated.
    """
    if what == "document":
        from service.exports.document import write_templates

        styled, words = write_templates(file or Path("document.docx"))
        use = f"konsort integrate CALL --docx FILE --template {styled} --wording {words}"
        click.echo(f"{styled} and {words} written; use them by `{use}`")
        return
    from data.sources.template import write_template

    path = file or Path(f"{what}.xlsx")
    write_template(what, path)
    call = " --call CALL" if what == "outlines" else ""
    click.echo(f"{path} written; fill it in and run `konsort import {what} {path}{call}`")


@click.command("export", cls=Command, example="konsort export outlines outlines.xlsx --call ipcei-2021")
@click.argument("what", type=click.Choice([sort.value for sort in RecordsOf]))
@click.argument("file", type=NewFile())
@click.option("--call", help="Only this call's outlines, or those who send them and take part in them.")
@pass_session
def export(session: Session, what: str, file: Path, call: str | None) -> None:
    """Write outlines or organisations to a CSV or XLSX file that `konsort import` takes again without loss."""
    form = file.suffix.lower().lstrip(".")
    content = session.app.records.file(session.reader, RecordsOf(what), form, call=call)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"{file} written")


@click.command("index", cls=Command, example="konsort index")
@pass_session
def index(session: Session) -> None:
    """Embed the texts that have no vector yet; interrupted, it goes on where it stopped."""
    click.echo(f"{session.app.imports.index():,} texts are searchable")


@click.command("train", cls=Command, example="konsort train")
@click.option("--progress", is_flag=True, help="Tell progress as lines of JSON, for another program.")
@pass_session
def train(session: Session, progress: bool) -> None:
    """Embed what is new and learn the partner ranking from the history in the store.

    A newly learned ranking comes into use where it is no worse than the one in use on the newest half year, which
    neither has seen. A running service takes it at its next question.
    """
    session.progress.as_lines = progress
    click.echo(session.app.imports.train())


@click.group("owners", cls=Group)
def owners() -> None:
    """Names that look like one group of companies: a person confirms or rejects each once."""


@owners.command("suspected", cls=Command, answers=True, example="konsort owners suspected --limit 50")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many pairs.")
@pass_session
def suspected(session: Session, limit: int) -> None:
    """List pairs of organisations whose names look like one owner and about which nobody has decided."""
    session.answer(session.app.owners.suspected(session.reader, limit), suspicions)


@owners.command("decide", cls=Command, example="konsort owners decide 999612161 999548238 --different")
@click.argument("a")
@click.argument("b")
@click.option("--same/--different", required=True, help="Whether one owner controls both.")
@pass_session
def decide(session: Session, a: str, b: str, same: bool) -> None:
    """Say once and for all whether two organisations have one owner."""
    first, second = session.app.owners.decide(session.reader, a, b, same=same)
    click.echo(f"Noted: {first} and {second} {'have one owner' if same else 'are independent'}.")


COMMANDS = (import_group, template, export, index, train, owners)
