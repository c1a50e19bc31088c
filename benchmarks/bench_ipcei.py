"""Which work streams do the facts of the approved IPCEIs show? python -m benchmarks.bench_ipcei --home DIR

--file FILE (default ../shared/data/ipcei.csv) lists who takes part in the approved IPCEIs, with a project's
title and summary where known. Two questions, both over the rows that say anything at all:

published  the cloud-edge IPCEI's participants, the four published work streams given by title and one
sentence: who
           comes into which? The streams' own names are cut out of the texts first, so that no row carries its
           answer.
found      all IPCEIs together, nothing given: do the streams found separate the fields (cloud, hydrogen,
batteries,
           microelectronics)? Adjusted Rand index against the field, beside k-means that is told their number.

Prints companies and countries only; no text of the file is shown.
"""

import argparse
import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from benchmarks.machine import heading
from data.calls import load_profiles
from data.countries import to_eu, to_iso
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId
from embeddings.choice import DEFAULT, open_encoder
from embeddings.encoder import Encoder
from matcher.overall.integrate import Case, Demands, demands_of, integrate

FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "ipcei.csv"
STREAM_NAMES = re.compile(r"work\s?stream|cloud-edge (capabilities|continuum infrastructure)", re.IGNORECASE)
LEAST = 4
"""Words that must be left; a bare project name says nothing."""
FIELDS = {"CIS": "cloud", "8ra": "cloud", "Cloud": "cloud", "European Alliance": "cloud", "Hy2": "hydrogen",
          "Bat": "batteries", "ME": "microelectronics"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Description:
    """A row that says something: its outline, the company's name, and the IPCEI's field."""

    outline: Outline
    company: str
    field: str


def descriptions(file: Path, *, cloud_only: bool) -> list[Description]:
    """Read the rows with a text left once the streams' names are cut out; one entry a company and IPCEI."""
    by_company: dict[tuple[str, str], Description] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            field = next((field for mark, field in FIELDS.items() if mark in row["ipcei"]), "other")
            text = STREAM_NAMES.sub(" ", f"{row['project_title']}\n{row['project_summary']}").strip(" ()\n")
            text = re.sub(r"\([^)]*\)", " ", text).strip()
            if (
                len(text.split()) < LEAST
                or len(row["country"]) != 2
                or (cloud_only and row["ipcei"] != "IPCEI-CIS")
            ):
                continue
            key = (row["company"], row["ipcei"])
            ident = f"{len(by_company):03d}"
            country = to_iso(row["country"])
            outline = Outline(OutlineId(ident), CallId("ipcei"), text.splitlines()[0], text,
                              OrganisationId(row["company"]), country, language="en")  # fmt: skip
            by_company.setdefault(key, Description(outline, row["company"], field))
    return list(by_company.values())


def case_of(texts: list[Description], encoder: Encoder) -> Case:
    """The entries as a case; nobody says apart what is offered or sought."""
    rows = encoder.encode([entry.outline.text for entry in texts])
    nothing = np.zeros_like(rows)
    owners = {
        entry.outline.organisation: Organisation(entry.outline.organisation, name=entry.company)
        for entry in texts
    }
    outlines = [entry.outline for entry in texts]
    return Case.of(outlines, {"texts": rows, "offers": nothing, "seeks": nothing}, organisations=owners)


def published(file: Path, encoder: Encoder) -> None:
    """Print who comes into which of the published streams."""
    texts = descriptions(file, cloud_only=True)
    given = demands_of(load_profiles()[CallId("demo-industrial-cloud")]).streams
    demands = Demands("ipcei-cis", streams=given, min_links=1, min_countries=1, balance=1.0)
    project = integrate(case_of(texts, encoder), demands, encode=encoder.encode)
    names = {entry.outline.id: f"{entry.company} ({to_eu(entry.outline.country)})" for entry in texts}
    print(f"\n{len(texts)} participants of the cloud-edge IPCEI say something; the published streams:\n")
    print("| work stream | participants |\n|---|---|")
    for stream in project.streams:
        print(f"| {stream.name} | {', '.join(names[outline] for outline in stream.outlines)} |")
    pairs = (f"{names[link.a]} with {names[link.b]}" for link in project.links)
    print(f"\nLinks: {'; '.join(pairs)}.")


def clustered(file: Path, encoder: Encoder) -> None:
    """Print the streams found over all IPCEIs and how well they separate the fields."""
    texts = descriptions(file, cloud_only=False)
    fields = [entry.field for entry in texts]
    case = case_of(texts, encoder)
    project = integrate(case, Demands("ipcei", min_links=1, balance=1.0), encode=encoder.encode)
    mine = [project.stream_of[entry.outline.id] for entry in texts]
    count = len(set(fields))
    plain = KMeans(count, n_init=10, random_state=0).fit(case.texts).labels_
    mine_score, plain_score = adjusted_rand_score(fields, mine), adjusted_rand_score(fields, plain)
    print(f"\nAll IPCEIs: {len(texts)} texts of {count} fields, {len(project.streams)} streams found;")
    print(f"adjusted Rand index {mine_score:.2f}, k-means {plain_score:.2f}\n")
    print("| stream | salient terms | fields | companies |\n|---|---|---|---|")
    place = {entry.outline.id: entry for entry in texts}
    for stream in project.streams:
        inside = [place[outline] for outline in stream.outlines]
        here = ", ".join(f"{field} {sum(e.field == field for e in inside)}" for field in sorted(set(fields))
                         if any(e.field == field for e in inside))  # fmt: skip
        terms = ", ".join(term.word for term in stream.terms[:4])
        print(f"| {stream.id} | {terms} | {here} | {', '.join(sorted({e.company for e in inside}))} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True, help="folder of the prepared encoder")
    parser.add_argument("--file", type=Path, default=FILE)
    chosen = parser.parse_args()
    if not chosen.file.exists():
        raise SystemExit(f"{chosen.file} not found; name the file with --file")
    print(heading("Streams among the facts of the IPCEIs", ("numpy", "scipy", "scikit-learn")))
    encoder = open_encoder(DEFAULT, chosen.home)
    published(chosen.file, encoder)
    clustered(chosen.file, encoder)


if __name__ == "__main__":
    main()
