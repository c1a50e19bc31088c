"""How does it run? setup, serve, demo."""

import tempfile
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from service.runtime.cores import share_cores
from service.runtime.memory import MemoryTrimming, keep_few_arenas
from service.terminal.command import Command, Session, pass_session
from service.terminal.people import invitation_address

DEMO_CALL, DEMO_COMPANY = "demo-industrial-cloud", "DEMO-ORG-004"
"""What the demo's coordinator coordinates, and for whom its company speaks."""

if TYPE_CHECKING:
    from service.app.open import Application


@click.command("setup", cls=Command, example="konsort setup")
@pass_session
def setup(session: Session) -> None:
    """Prepare the text encoder and compile the solver, so that the first question is quick."""
    from service.app.open import make_ready

    make_ready(session.settings)
    click.echo("Konsort is ready: `konsort demo`, or `konsort import --help`")


def _try_port(host: str, port: int, *, anywhere: bool = False) -> None:
    """Refuse an address that cannot be listened on before anything slow is done."""
    from service.web.server import listen

    listen(host, port, anywhere=anywhere).close()


def _serve(session: Session, host: str, port: int, *, accounts: bool = False, demo: bool = False) -> None:
    from service.app.accounts import Doors
    from service.runtime.training import Retraining, train_command
    from service.web.app import create_app
    from service.web.server import serve as run_server

    keep_few_arenas()
    app = session.app
    app.serving.begin()
    share_cores()

    def ready(line: str) -> None:
        """Read the store in beside: the port answers already, and /health says how far it is."""
        threading.Thread(target=_read_in, args=(app, line), name="warm", daemon=True).start()

    with ExitStack() as running:
        running.enter_context(MemoryTrimming())
        if session.settings.retrain:
            command = train_command(session.settings.home)
            due = app.imports.training_due
            retraining = running.enter_context(Retraining(due, command, take_up=app.serving.take_up))
            app.serving.jobs = lambda: retraining.jobs
        doors = Doors(accounts, demo, session.settings.public_url if accounts else "")
        run_server(create_app(app, doors=doors), host=host, port=port, ready=ready, anywhere=accounts)


def _read_in(app: "Application", line: str) -> None:
    """Read the store in, then keep up with it and say the line; what went wrong stands in the log by then."""
    try:
        app.serving.warm()
    finally:
        # Also where the store went on while it was read: it is then read in again.
        app.serving.keep_up()
    click.echo(line)


@click.command("serve", cls=Command, example="konsort serve --port 8470")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback only, unless with --accounts.")
@click.option("--port", default=8470, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--accounts", is_flag=True, help="People sign in, and see what they may (or KONSORT_ACCOUNTS=on)."
)
@pass_session
def serve(session: Session, host: str, port: int, accounts: bool) -> None:
    """Serve pages and API from the store.

    With --accounts it begins closed: its first start prints a link that makes the administrator.
    """
    closed = accounts or session.settings.accounts
    _try_port(host, port, anywhere=closed)
    if closed and not session.app.accounts.any_administrator():
        link = invitation_address(session, session.app.accounts.first_link(), port=port)
        click.echo(
            f"Nobody administers this yet. The first administrator joins here, once, within an hour:\n{link}"
        )
    _serve(session, host, port, accounts=closed)


@click.command("demo", cls=Command, example="konsort demo --port 8470")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback only.")
@click.option("--port", default=8470, show_default=True, type=click.IntRange(0, 65535))
@pass_session
def demo(session: Session, host: str, port: int) -> None:
    """Load the demo call into a fresh home (or the one named by --home or KONSORT_HOME) and serve it.

    A fresh home is removed when the demo is stopped.
    """
    _try_port(host, port)
    with ExitStack() as fresh:
        if not session.settings.home_named:
            session.home = fresh.enter_context(tempfile.TemporaryDirectory(prefix="konsort-demo-"))
        click.echo(f"Demo home: {session.settings.home} (all organisations in it are fictional)")
        click.echo(f"Other commands find it with: export KONSORT_HOME={session.settings.home}")
        session.app.imports.demo(session.reader, dry_run=False)
        session.app.accounts.add_demo_people(session.reader, DEMO_CALL, DEMO_COMPANY)
        session.app.sharing.open_demo()
        try:
            _serve(session, host, port, demo=True)
        finally:
            session.close()


COMMANDS = (setup, serve, demo)
