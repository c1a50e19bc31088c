"""Do the tables in the documents show what the result files hold? `python -m benchmarks report` writes them anew.

A document names what it shows between two comments; what stands between them is written from
`benchmarks/results/NAME.json`:

    <!-- benchmark: search table 384 -->       one table
    <!-- benchmark: search setting -->         date, commit, machine and versions
    <!-- benchmark: search sentences -->       what was said beside the tables
    <!-- end -->
"""

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import RESULTS, Report

DOCS = Path(__file__).resolve().parents[1] / "docs"

_SHOWN = re.compile(r"(<!-- benchmark: ([a-z]+) (\w+)(?: ([^\n]*?))? -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def rendered(text: str, results: Path = RESULTS) -> str:
    """Return a document with every marked part as its result file has it."""
    return _SHOWN.sub(lambda match: match[1] + "\n".join(_lines(match, results)) + "\n" + match[6], text)


def _lines(match: re.Match[str], results: Path) -> Iterator[str]:
    report = Report.read(results / f"{match[2]}.json")
    match match[3]:
        case "table":
            yield from report.tables[match[4]].markdown()
        case "setting":
            yield f"Measured on {report.setting}."
        case "sentences":
            yield " ".join(report.sentences)
        case what:
            raise ValueError(f"a marker shows a table, the setting or the sentences, not {what!r}")


def documents(folder: Path = DOCS) -> dict[Path, str]:
    """Return the documents that show results: path -> text as it stands."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))}
    return {path: text for path, text in texts.items() if _SHOWN.search(text)}


def update() -> None:
    """Write every document anew whose figures are not those of the result files."""
    for path, text in documents().items():
        if (now := rendered(text)) != text:
            path.write_text(now, encoding="utf-8")
            print(f"{path.name}: written anew")
