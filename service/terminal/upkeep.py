"""How is it kept in order? doctor, backup, restore."""

from pathlib import Path

import click

from service.app.upkeep import WRONG, Symptom
from service.terminal.command import Command, Session, pass_session

SIGNS = {"fine": "ok   ", "look": "look ", "wrong": "WRONG"}
NOT_IN_ORDER = 5


@click.command("doctor", cls=Command, example="konsort doctor")
@pass_session
def doctor(session: Session) -> None:
    """Look at home, disk, store, encoder and ranking, and say what is wrong and what to do; nothing is changed.

    Exit status 0 where all works, 5 where something is wrong.
    """
    from service.app.upkeep import symptoms

    wrong = False
    for symptom in symptoms(session.settings):
        click.echo(_line(symptom))
        wrong |= symptom.state == WRONG
    if wrong:
        click.get_current_context().exit(NOT_IN_ORDER)


def _line(symptom: Symptom) -> str:
    advice = f"\n        {symptom.advice}" if symptom.advice else ""
    return f"{SIGNS[symptom.state]} {symptom.what}: {symptom.detail}{advice}"


@click.command("backup", cls=Command, example="konsort backup konsort-2026-11-28.sqlite")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_session
def backup(session: Session, file: Path) -> None:
    """Copy the store into a file while it is in use, and look the copy through.

    The copy is of one moment, readable by its owner only, and all that is needed: what is learned follows from it.
    """
    from service.app.upkeep import backup as copied

    copy = copied(session.settings, file)
    click.echo(f"{copy.path}: {_counts(dict(copy.rows))}\nsha256 {copy.sha256}")


@click.command("restore", cls=Command, example="konsort restore konsort-2026-11-28.sqlite")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_session
def restore(session: Session, file: Path) -> None:
    """Make the store what a copy holds, after looking it through; what stood before is kept beside it.

    A running service of the same version answers from it within seconds.
    """
    from service.app.upkeep import restore as put_back

    copy, before = put_back(session.settings, file)
    click.echo(f"restored from {file}: {_counts(dict(copy.rows))}")
    if before is not None:
        click.echo(f"What stood before is in {before}")


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(
        f"{count:,} {table}" for table, count in rows.items() if table not in ("audit", "vectors")
    )


COMMANDS = (doctor, backup, restore)
