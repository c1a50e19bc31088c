"""What do all commands of `konsort` share? Home folder, JSON, an example, and errors for people."""

import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click
from tqdm import tqdm

from data.errors import KonsortError
from service.problems import UNEXPECTED_EXIT, exit_code
from service.runtime.settings import Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from data.readers import Reader
    from service.app.open import Application

Record = TypeVar("Record", bound="DataclassInstance | Sequence[DataclassInstance]")


class Session:
    """What the options said so far; the application is opened at first use and closed at the end."""

    def __init__(self) -> None:
        self.home: str | None = None
        self.as_json = False
        self.progress = ProgressBars()
        self._app: Application | None = None

    @property
    def settings(self) -> Settings:
        return Settings.from_env(os.environ, home=self.home)

    @property
    def app(self) -> "Application":
        """The wired application."""
        if self._app is None:
            from service.app.open import open_application  # slow to import: only commands that need it pay

            self._app = open_application(self.settings, progress=self.progress)
        return self._app

    @property
    def reader(self) -> "Reader":
        """Who asks in a terminal: whoever may open the store sees all of it."""
        return self.app.reader

    def close(self) -> None:
        self.progress.close()
        if self._app is not None:
            self._app.close()
            self._app = None

    def answer(self, record: Record, render: Callable[[Record], str]) -> None:
        """Print a record: as JSON when asked for, else as text."""
        if self.as_json:
            from data.published import as_json  # slow to import: only who asks for JSON pays

            click.echo(json.dumps(as_json(record), ensure_ascii=False, indent=1))
        else:
            click.echo(render(record))


pass_session = click.make_pass_decorator(Session, ensure=True)


def _home(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).home = value


def _json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Session).as_json = True


def home_option() -> click.Option:
    return click.Option(
        ["--home"],
        type=click.Path(file_okay=False),
        expose_value=False,
        callback=_home,
        help="Folder of store and index (or set KONSORT_HOME).",
    )


class Command(click.Command):
    """A command with `--home`, an example in its help, and one place that turns errors into exit codes."""

    def __init__(self, *args: Any, example: str, answers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example
        self.params.append(home_option())
        if answers:
            self.params.append(
                click.Option(
                    ["--json"], is_flag=True, expose_value=False, callback=_json, help="Answer as JSON."
                )
            )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 click's signature
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")

    def invoke(self, ctx: click.Context) -> Any:
        session = ctx.ensure_object(Session)
        try:
            return super().invoke(ctx)
        except KonsortError as error:
            click.echo(f"konsort: {error}", err=True)
            ctx.exit(exit_code(error))
        except KeyboardInterrupt:
            click.echo("konsort: stopped; what was complete is kept, run the same command to go on", err=True)
            ctx.exit(130)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 the process's edge: nobody is to read a traceback instead of a sentence
            click.echo(f"konsort: internal error ({type(error).__name__}: {error}){_kept_trace()}", err=True)
            ctx.exit(UNEXPECTED_EXIT)
        finally:
            session.close()


def _kept_trace() -> str:
    """Keep the traceback of the error at hand in a file; return the words that name it."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="konsort-error-", suffix=".txt", encoding="utf-8", delete=False
        ) as file:
            file.write(traceback.format_exc())
    except OSError:
        return ""
    return f"; its traceback is in {file.name}"


class NewFile(click.Path):
    """A file to be written, refused before anything slow is done where its folder cannot take it."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        folder = path.absolute().parent
        if not folder.is_dir():
            self.fail(f"there is no folder {folder}; make it first", param, ctx)
        if not os.access(folder, os.W_OK):
            self.fail(f"the folder {folder} cannot be written to", param, ctx)
        return path


class Group(click.Group):
    """A group whose commands are `Command`s."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(home_option())


TOLD_EVERY_S = 1.0


class ProgressBars:
    """Progress on standard error: `bars(what, done, total)`, one bar at a time; nothing where nobody watches.

    Units differ (bytes, texts, rows), so the bar shows a share and the time, gone and to come, no rate.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._bar: tqdm | None = None
        self._what = ""
        self.as_lines = False
        """Whether progress is told as lines of JSON on standard output, one a second at most, for another program."""
        self._told = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        if self.as_lines:
            self._write_line(what, done, total)
            return
        if not self._stream.isatty():
            return
        if self._bar is None or self._what != what or done < self._bar.n:
            self.close()
            self._what = what
            form = "{desc}: {percentage:3.0f}% |{bar}| {elapsed}, {remaining} to go"
            self._bar = tqdm(desc=what, total=total, file=self._stream, mininterval=0.2, bar_format=form)
        self._bar.total = total
        self._bar.update(done - self._bar.n)
        if done >= total:
            self.close()

    def _write_line(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what or done >= total or now - self._told >= TOLD_EVERY_S:
            self._what, self._told = what, now
            click.echo(json.dumps({"what": what, "done": done, "total": total}))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
