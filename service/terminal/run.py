"""How does it run? setup, serve, demo."""

import tempfile
import threading
from contextlib import ExitStack

import click

from service.runtime.cores import share_cores
from service.runtime.memory import MemoryTrimming, keep_few_arenas
from service.terminal.command import Command, Session, pass_session


@click.command("setup", cls=Command, example="konsort setup")
@pass_session
def setup(session: Session) -> None:
    """Prepare the text encoder and compile the solver, so that the first question is quick."""
    from service.app.open import make_ready

    make_ready(session.settings)
    click.echo("Konsort is ready: `konsort demo`, or `konsort import --help`")


def _try_port(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on before anything slow is done."""
    from service.web.server import listen

    listen(host, port).close()


def _serve(session: Session, host: str, port: int) -> None:
    from service.runtime.training import Retraining, train_command
    from service.web.app import create_app
    from service.web.server import serve as run_server

    keep_few_arenas()
    app = session.app
    app.imports.prepare()
    app.serving.keep_up()
    share_cores()
    threading.Thread(target=app.serving.warm, name="warm", daemon=True).start()
    with ExitStack() as running:
        running.enter_context(MemoryTrimming())
        if session.settings.retrain:
            running.enter_context(Retraining(app.imports.training_due, train_command(session.settings.home)))
        run_server(create_app(app), host=host, port=port, ready=click.echo)


@click.command("serve", cls=Command, example="konsort serve --port 8470")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Loopback only, as long as there are no accounts."
)
@click.option("--port", default=8470, show_default=True, type=click.IntRange(0, 65535))
@pass_session
def serve(session: Session, host: str, port: int) -> None:
    """Serve pages and API from the store."""
    _try_port(host, port)
    _serve(session, host, port)


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
        try:
            _serve(session, host, port)
        finally:
            session.close()


COMMANDS = (setup, serve, demo)
