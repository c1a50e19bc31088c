"""What did an import do? Its counts as a report, and its bad rows as a file."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from data.errors import BadInput
from data.model import ImportReport, RowProblem
from data.writer import Counts


def report(counts: Mapping[str, Counts], problems: Iterable[RowProblem], dry_run: bool) -> ImportReport:
    """Return the report of an import that wrote `counts`, by kind of record."""
    return ImportReport(
        added={name: count.added for name, count in counts.items()},
        changed={name: count.changed for name, count in counts.items()},
        unchanged={name: count.unchanged for name, count in counts.items()},
        problems=tuple(problems),
        dry_run=dry_run,
    )


def write_report(problems: Iterable[RowProblem], path: Path) -> None:
    """Write one line `file:line:column:reason` a problem, UTF-8; line breaks inside a reason become blanks."""
    lines = [" ".join(str(problem).split()) + "\n" for problem in problems]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
