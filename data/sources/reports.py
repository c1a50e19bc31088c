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


def to_look_at(report: ImportReport) -> list[tuple[str, RowProblem]]:
    """Return everything that a person should look at, each with what it is."""
    return [
        *(("not taken", problem) for problem in report.problems),
        *(("left empty", problem) for problem in report.left_empty),
        *(("contradiction", problem) for problem in report.conflicts),
        *(("note", problem) for problem in report.notes),
    ]


def write_report(report: ImportReport, path: Path) -> None:
    """Write one line `file:line:column:reason` a problem, bad rows first, then under a heading each the cells left
    empty, contradictions and notes; UTF-8. Line breaks inside a reason become blanks.
    """
    lines: list[str] = []
    before = "not taken"
    for what, problem in to_look_at(report):
        if what != before:
            lines.append(f"# {what}\n")
            before = what
        lines.append(" ".join(str(problem).split()) + "\n")
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
