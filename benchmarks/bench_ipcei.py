"""Which work streams do the facts of the approved IPCEIs show? python -m benchmarks ipcei --home DIR

--file FILE (default ../shared/data/ipcei.csv) lists who takes part in the approved IPCEIs, with a project's
title and summary where known. Two questions, both over the rows that say anything at all:

published  the cloud-edge IPCEI's participants, the four published work streams given by title and one
           sentence: who comes into which? The streams' own names are cut out of the texts first, so that no row
           carries its answer.
found      all IPCEIs together, nothing given: do the streams found separate the fields (cloud, hydrogen,
           batteries, microelectronics)? Adjusted Rand index against the field, beside k-means that is told their
           number.

Prints companies and countries only; no text of the file is shown.
"""

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from benchmarks.launch import launch
from benchmarks.report import Report
from data.calls import load_profiles
from data.countries import eu_or_unknown, to_iso
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
class CompanyRow:
    """A row that says something: its outline, the company's name, and the IPCEI's field."""

    outline: Outline
    company: str
    field: str


def entries(file: Path, *, cloud_only: bool) -> list[CompanyRow]:
    """Read the rows with a text left once the streams' names are cut out; one entry a company and IPCEI."""
    by_company: dict[tuple[str, str], CompanyRow] = {}
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
            by_company.setdefault(key, CompanyRow(outline, row["company"], field))
    return list(by_company.values())


def case_of(rows: list[CompanyRow], encoder: Encoder) -> Case:
    """The entries as a case; nobody says apart what is offered or sought."""
    texts = encoder.encode([entry.outline.text for entry in rows])
    nothing = np.zeros_like(texts)
    owners = {
        entry.outline.organisation: Organisation(entry.outline.organisation, name=entry.company)
        for entry in rows
    }
    outlines = [entry.outline for entry in rows]
    return Case.of(outlines, {"texts": texts, "offers": nothing, "seeks": nothing}, organisations=owners)


def published(file: Path, encoder: Encoder, report: Report) -> None:
    """Tell who comes into which of the published streams."""
    rows = entries(file, cloud_only=True)
    given = demands_of(load_profiles()[CallId("demo-industrial-cloud")]).streams
    demands = Demands("ipcei-cis", streams=given, min_links=1, min_countries=1, balance=1.0)
    project = integrate(case_of(rows, encoder), demands, encode=encoder.encode)
    names = {entry.outline.id: f"{entry.company} ({eu_or_unknown(entry.outline.country)})" for entry in rows}
    report.say(f"{len(rows)} participants of the cloud-edge IPCEI say something; the published streams:")
    report.table(
        "published",
        {"work stream": "", "participants": ""},
        (
            (stream.name, ", ".join(names[outline] for outline in stream.outlines) or None)
            for stream in project.streams
        ),
    )
    pairs = (f"{names[link.a]} with {names[link.b]}" for link in project.links)
    report.say(f"Links: {'; '.join(pairs)}.")


def streams_over_all(file: Path, encoder: Encoder, report: Report) -> None:
    """Tell the streams found over all IPCEIs and how well they separate the fields."""
    rows = entries(file, cloud_only=False)
    fields = [entry.field for entry in rows]
    case = case_of(rows, encoder)
    project = integrate(case, Demands("ipcei", min_links=1, balance=1.0), encode=encoder.encode)
    streams = [project.stream_of[entry.outline.id] for entry in rows]
    count = len(set(fields))
    clusters = KMeans(count, n_init=10, random_state=0).fit(case.texts).labels_
    rand, plain_rand = adjusted_rand_score(fields, streams), adjusted_rand_score(fields, clusters)
    report.figure("rand", rand)
    report.figure("rand_of_k_means", plain_rand)
    report.say(
        f"All IPCEIs: {len(rows)} texts of {count} fields, {len(project.streams)} streams found; adjusted Rand "
        f"index {rand:.2f}, k-means {plain_rand:.2f}."
    )
    place = {entry.outline.id: entry for entry in rows}

    def stream_rows() -> Iterator[tuple[str, str | None, str, str]]:
        for stream in project.streams:
            inside = [place[outline] for outline in stream.outlines]
            counts = sorted(Counter(entry.field for entry in inside).items())
            here = ", ".join(f"{field} {number}" for field, number in counts)
            terms = ", ".join(term.word for term in stream.terms[:4]) or None
            yield stream.id, terms, here, ", ".join(sorted({entry.company for entry in inside}))

    columns = dict.fromkeys(("stream", "salient terms", "fields", "companies"), "")
    report.table("found", columns, stream_rows())


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, required=True, help="folder of the prepared encoder")
    parser.add_argument("--file", type=Path, default=FILE)


def run(options: argparse.Namespace, report: Report) -> None:
    if not options.file.exists():
        raise SystemExit(f"{options.file} not found; name the file with --file")
    encoder = open_encoder(DEFAULT, options.home)
    published(options.file, encoder, report)
    streams_over_all(options.file, encoder, report)


if __name__ == "__main__":
    launch("ipcei")
