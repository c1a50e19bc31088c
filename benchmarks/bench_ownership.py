"""How often is a suspicion of one owner right? Precision on the hand-checked sample of H2020 names, and the time.

    python -m benchmarks.bench_ownership ../shared/data/cordis-h2020.zip ../shared/data/cordis-fp7.zip

`benchmarks/ownership_sample.csv` holds participant codes and verdicts only: `drawn` is "brand" (one random pair per
leading word of H2020 names), "pair" (random among all pairs of H2020 names) or "fp7" (all pairs of the second file's
names that are not in the first). Baselines: the first word, and the name without its legal form. Their precision
cannot be read off the sample, which holds pairs of this module; how many of the confirmed pairs they find can.
"""

import csv
import platform
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pandas as pd

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
    return {tuple(sorted(two)) for ids in blocks.values() for two in combinations(ids, 2)}


def precision(rows: Sequence[Mapping[str, str]], pairs: set[tuple[str, str]]) -> str:
    """Right among those suspected; an unsure verdict counts as wrong."""
    tally = Counter(row["verdict"] for row in rows if (row["a"], row["b"]) in pairs)
    total = sum(tally.values())
    return f"{tally['same']}/{total} = {tally['same'] / total:.0%} ({tally['unsure']} unsure)"


def main(paths: Sequence[Path]) -> None:
    """Print the tables."""
    members, statistics = read(paths[0])
    known = {member.id for member in members}
    for path in paths[1:]:
        members.extend(member for member in read(path)[0] if member.id not in known)
    take_apart.cache_clear()
    start = time.perf_counter()
    ours = {(suspicion.a, suspicion.b) for suspicion in suspected_pairs(members, statistics)}
    seconds = time.perf_counter() - start
    with SAMPLE.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    print(f"commit {commit.stdout.strip()}, Python {platform.python_version()}, {platform.machine()}")
    print(f"{len(members):,} names compared in {seconds:.2f} s\n")
    print("| drawn | hand-checked | precision |\n|---|---|---|")
    for drawn in ("brand", "pair", "fp7"):
        chosen = [row for row in rows if row["drawn"] == drawn]
        print(f"| {drawn} | {len(chosen)} | {precision(chosen, ours)} |")
    methods = {
        "this module": ours,
        "first word equal": by_block(members, lambda member: fold(member.name or "?")[:1]),
        "name without legal form equal": by_block(
            members, lambda member: take_apart(member.name or "?").core
        ),
    }
    confirmed = {(row["a"], row["b"]) for row in rows if row["verdict"] == "same"}
    print("\n| method | pairs suspected | confirmed pairs found |\n|---|---|---|")
    for name, pairs in methods.items():
        print(f"| {name} | {len(pairs):,} | {len(confirmed & pairs)} of {len(confirmed)} |")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or [Path("../shared/data/cordis-h2020.zip")])
