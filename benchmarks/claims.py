"""Are the claims true that suggestions make? Draws claims with all that they cite, for a person to judge; adds them up.

    python -m benchmarks claims --home HOME [--draw 200] [--seed 1]

HOME holds an imported and indexed store. Asked are our own outlines (`benchmarks/needs`). A claim is a reason that says
that a member answers a need, or that a text of its own is near; ties, places and facts are no claims here. The claims
drawn are written to `benchmarks/out/claims.jsonl` with the texts they cite, to be read beside `claims_rubric.md`; the
judgements are kept in `claims_judged.csv`, by ids alone. Reported is the share that is true among those judged, by kind
of claim, and how many of the judged claims are still made.
"""

import argparse
import csv
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.launch import launch
from benchmarks.needs_answered import suggested
from benchmarks.needs_reading import outlines
from benchmarks.quality_protocol import OUT
from benchmarks.report import Report
from data.model import ProjectId
from data.store import Store
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reasons import GROUNDS
from service.app.open import open_application
from service.runtime.settings import Settings

JUDGED = Path(__file__).with_name("claims_judged.csv")
CLAIMS = frozenset(
    {"worded", "covers", "wrote", "worked-on"}
    | {f"{ground}{ending}" for ground in GROUNDS for ending in ("", "-near", "-only")}
)
"""Kinds of reasons that claim something of a need or of nearness."""
SUGGESTIONS = 3
"""So many suggestions an outline are read."""
CITED = 1200
"""Characters of a cited text that are shown."""


def claims_of(outline: dict[str, Any], answer: Any) -> Iterator[dict[str, Any]]:
    """Yield each claim of an answer: its key, which names outline, member and evidence, and its sentence."""
    for suggestion in answer.suggestions:
        for member in suggestion.members:
            for reason in member.reasons:
                if reason.name in CLAIMS:
                    key = "|".join((outline["id"], member.id, reason.name, *reason.evidence))
                    yield {
                        "key": key,
                        "kind": reason.name,
                        "claim": f"{member.name} ({member.country}): {reason.text}",
                        "outline": outline["text"],
                        "evidence": reason.evidence,
                    }


def cited(evidence: tuple[str, ...], knowledge: Knowledge, store: Store) -> list[str]:
    """Return what the records say that a claim cites."""
    texts = []
    for entry in evidence:
        kind, _, ident = entry.partition(":")
        if kind == "organisation":
            organisation = knowledge.organisation(ident)
            texts.append(
                f"{organisation.label}, {organisation.country}, {organisation.kind}: {organisation.profile}"
            )
        elif kind == "project":
            project = store.projects([ident])[ProjectId(ident)]
            texts.append(
                f"{project.acronym} {project.title} {project.topics} {(project.objective or '')[:CITED]}"
            )
    return texts


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--draw", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace, report: Report) -> None:
    made: dict[str, dict[str, Any]] = {}
    with open_application(Settings.from_env({}, home=str(options.home))) as konsort:
        for outline in [*outlines("tuning"), *outlines("test")]:
            answer = suggested(konsort, outline["text"], limit=SUGGESTIONS)
            made.update({claim["key"]: claim for claim in claims_of(outline, answer)})
        drawn = random.Random(options.seed).sample(sorted(made), min(options.draw, len(made)))
        knowledge = konsort.snapshots.current.knowledge
        OUT.mkdir(parents=True, exist_ok=True)
        with (OUT / "claims.jsonl").open("w", encoding="utf-8") as file:
            for key in drawn:
                claim = made[key] | {"cited": cited(made[key]["evidence"], knowledge, konsort.store)}
                file.write(json.dumps(claim, ensure_ascii=False) + "\n")
    report.figure("claims", len(made))
    report.say(f"{len(made)} claims; {len(drawn)} drawn into {OUT.name}/claims.jsonl.")
    add_up(made, report)


def add_up(made: dict[str, dict[str, Any]], report: Report) -> None:
    """Report the share of true claims among those judged, by kind."""
    if not JUDGED.exists():
        return
    with JUDGED.open(encoding="utf-8", newline="") as file:
        judged = list(csv.DictReader(file))
    true = Counter(row["kind"] for row in judged if row["true"] == "yes")
    times = Counter(row["kind"] for row in judged)
    still = Counter(row["kind"] for row in judged if row["key"] in made)
    rows = [(kind, times[kind], true[kind] / times[kind], still[kind]) for kind in sorted(times)]
    total = len(judged)
    rows.append(("all", total, sum(true.values()) / max(total, 1), sum(still.values())))
    report.table("judged", {"claim": "", "judged": ".0f", "true": ".2f", "still made": ".0f"}, rows)


if __name__ == "__main__":
    launch("claims")
