"""What did an import do? Its counts as a report, and what a person should look at as a file."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from data.errors import BadInput
from data.model import ImportReport, Outline, RowProblem
from data.sources.table import Findings
from data.writer import Counts


def report(
    counts: Mapping[str, Counts], findings: Findings, dry_run: bool, missing: Iterable[Outline] = ()
) -> ImportReport:
    """Return the report of an import that wrote `counts`, by kind of record."""
    return ImportReport(
        added={name: count.added for name, count in counts.items()},
        changed={name: count.changed for name, count in counts.items()},
        unchanged={name: count.unchanged for name, count in counts.items()},
        problems=_in_order(findings.problems),
        dry_run=dry_run,
        left_empty=_in_order(findings.left_empty),
        conflicts=_in_order(findings.conflicts),
        notes=_in_order(findings.notes),
        ignored=tuple(findings.ignored),
        encodings=tuple(findings.encodings),
        readings=tuple(findings.readings),
        missing=tuple(missing),
    )


def _in_order(problems: Iterable[RowProblem]) -> tuple[RowProblem, ...]:
    """Return the problems by line, the files in the order in which they were read."""
    problems = list(problems)
    files = {file: at for at, file in enumerate(dict.fromkeys(problem.file for problem in problems))}
    return tuple(sorted(problems, key=lambda problem: (files[problem.file], problem.line, problem.column)))


def write_report(problems: Iterable[RowProblem], path: Path) -> None:
    """Write one line `file:line:column:reason` a problem, UTF-8; line breaks inside a reason become blanks."""
    lines = [" ".join(str(problem).split()) + "\n" for problem in problems]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
