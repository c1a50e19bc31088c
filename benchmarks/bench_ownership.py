"""How often is a suspicion of one owner right? Precision on the hand-checked sample of H2020 names, and the time.

    python -m benchmarks ownership ../shared/data/cordis-h2020.zip ../shared/data/cordis-fp7.zip

`benchmarks/ownership_sample.csv` holds participant codes and verdicts only: `drawn` is "brand" (one random pair per
leading word of H2020 names), "pair" (random among all pairs of H2020 names) or "fp7" (all pairs of the second file's
names that are not in the first). Baselines: the first word, and the name without its legal form. Their precision
cannot be read off the sample, which holds pairs of this module; how many of the confirmed pairs they find can.
"""

import argparse
import csv
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pandas as pd

from benchmarks.launch import launch
from benchmarks.report import Report
from data.countries import to_iso
from graph.names.names import NameStatistics, fold, take_apart
from graph.names.ownership import suspected_pairs
from graph.rules.members import Member

SAMPLE = Path(__file__).with_name("ownership_sample.csv")


def read(path: Path) -> tuple[list[Member], NameStatistics]:
    """The named organisations of a CORDIS zip, each once, and what their words tell."""
    with zipfile.ZipFile(path) as archive:
        rows = pd.read_csv(archive.open("organization.csv"), sep=";", dtype=str)
        projects = pd.read_csv(archive.open("project.csv"), sep=";", dtype=str)
        titles: list[str] = []
        if "topics.csv" in archive.namelist():
            topics = pd.read_csv(archive.open("topics.csv"), sep=";", dtype=str)
            titles = list(topics.iloc[:, -1].dropna().unique())
    rows = rows.drop_duplicates("organisationID").dropna(subset=["name"])
    countries = [to_iso(code) if isinstance(code, str) else None for code in rows["country"]]
    members = [
        Member(pic, name, country)
        for pic, name, country in zip(rows["organisationID"], rows["name"], countries, strict=True)
    ]
    texts = [
        *projects["objective"].dropna(),
        *projects["title"].dropna(),
        *titles,
    ]
    return members, NameStatistics.of(rows["name"], rows["city"].dropna(), texts)


def by_block(members: list[Member], key: Callable[[Member], object]) -> set[tuple[str, str]]:
    """A baseline: every two with the same key are suspected."""
    blocks: dict[object, list[str]] = {}
    for member in members:
        blocks.setdefault(key(member), []).append(member.id)
    pairs = (two for ids in blocks.values() for two in combinations(ids, 2))
    return {(a, b) if a < b else (b, a) for a, b in pairs}


def precision(rows: Sequence[Mapping[str, str]]) -> str:
    """How many of the rows are right; an unsure verdict counts as wrong."""
    right = sum(row["verdict"] == "same" for row in rows)
    return f"{right} of {len(rows)}, {100 * right / len(rows):.0f} %" if rows else "none drawn"


def compared(paths: Sequence[Path]) -> tuple[list[Member], NameStatistics]:
    """The organisations of all files, each once; the words' statistics are the first file's."""
    members, statistics = read(paths[0])
    known = {member.id for member in members}
    for path in paths[1:]:
        members.extend(member for member in read(path)[0] if member.id not in known)
    return members, statistics


def add_options(parser: argparse.ArgumentParser) -> None:
    default = Path("../shared/data/cordis-h2020.zip")
    parser.add_argument("paths", type=Path, nargs="*", default=[default], help="CORDIS archives")


def run(options: argparse.Namespace, report: Report) -> None:
    members, statistics = compared(options.paths)
    take_apart.cache_clear()
    start = time.perf_counter()
    ours = {(pair.a, pair.b) for pair in suspected_pairs(members, statistics)}
    seconds = time.perf_counter() - start
    report.figure("names", len(members))
    report.figure("seconds", seconds)
    report.say(f"{len(members):,} names compared in {seconds:.1f} s.")
    with SAMPLE.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    report.table(
        "precision",
        {
            "drawn": "",
            "hand-checked": "d",
            "right when drawn": "",
            "right among those still suspected": "",
        },
        precisions(rows, ours),
    )
    baselines = {
        "this module": ours,
        "first word equal": by_block(members, lambda member: fold(member.name or "?")[:1]),
        "name without legal form equal": by_block(
            members, lambda member: take_apart(member.name or "?").core
        ),
    }
    confirmed = {(row["a"], row["b"]) for row in rows if row["verdict"] == "same"}
    report.table(
        "methods",
        {"method": "", "pairs suspected": ",d", "confirmed pairs found": ""},
        (
            (name, len(pairs), f"{len(confirmed & pairs)} of {len(confirmed)}")
            for name, pairs in baselines.items()
        ),
    )


def precisions(
    rows: Iterable[Mapping[str, str]], pairs: set[tuple[str, str]]
) -> Iterator[tuple[str, int, str, str]]:
    """Yield each way of drawing, how many of it were checked by hand, and the precision then and now."""
    for drawn in ("brand", "pair", "fp7"):
        chosen = [row for row in rows if row["drawn"] == drawn]
        still = [row for row in chosen if (row["a"], row["b"]) in pairs]
        yield drawn, len(chosen), precision(chosen), precision(still)


if __name__ == "__main__":
    launch("ownership")
