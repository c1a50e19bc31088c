"""Does a suggestion hold whom the outline seeks? Share of needs that some member answers by its name, beside chance.

    python -m benchmarks answered --home HOME [--file FILE | --half test] [-v]

HOME holds an imported and indexed store. A need is answered where a member's name fits the pattern for it: of a file of
outlines with a pattern a need, or of our own outlines with the patterns in `benchmarks/needs/answers.json`.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchmarks.launch import launch
from benchmarks.needs_reading import FOLDER, outlines
from benchmarks.report import Report
from data.model import CallId, Kind, OrganisationId
from matcher.suggest.answers import Suggestions
from service.app.open import Application, open_application
from service.app.question import SuggestQuestion
from service.runtime.settings import Settings

CALL = CallId("he-ria-ia-2021")
SIZE = (6, 10)
FEW = 2
SORTS = (f"at most {FEW} projects", "small or medium-sized", "public bodies")
"""Sorts of organisations that a ranking by size would leave out."""


def texts_with_patterns(file: Path | None, half: str) -> list[dict[str, Any]]:
    """Return outlines: id, language, text, and need -> pattern of the names that answer it."""
    if file is not None:
        return cast(list[dict[str, Any]], json.loads(file.read_text(encoding="utf-8")))
    patterns = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
    return [
        {
            "id": outline["id"],
            "language": outline["language"],
            "text": outline["text"],
            "needs": {need["quote"]: patterns[need["answer"]] for need in outline["needs"]},
        }
        for outline in outlines(half)
    ]


def suggested(konsort: Application, text: str, *, limit: int) -> Suggestions:
    """Return what is suggested for a text."""
    size = "-".join(map(str, SIZE))
    question = SuggestQuestion(call=CALL, text=text, size=size, limit=limit)
    return konsort.questions.suggest(konsort.reader, question)


def exposure(answer: Suggestions, konsort: Application) -> Counter[str]:
    """Count the members of the first suggestion, and those of SORTS among them."""
    counted: Counter[str] = Counter()
    knowledge = konsort.snapshots.current.knowledge
    projects = np.diff(knowledge.text_profiles.shared.speaks.indptr)
    for suggestion in answer.suggestions[:1]:
        for member in suggestion.members:
            organisation = knowledge.organisation(OrganisationId(member.id))
            few, sme, public = SORTS
            counted["members"] += 1
            counted[few] += bool(projects[knowledge.text_profiles.places[organisation.id]] <= FEW)
            counted[sme] += bool(organisation.sme)
            counted[public] += organisation.kind in (Kind.PUBLIC, Kind.MUNICIPAL)
    return counted


def by_chance(pattern: re.Pattern[str], names: Sequence[str]) -> float:
    """Return how probably SIZE[1] organisations drawn at random hold one that fits."""
    share = sum(bool(pattern.search(name)) for name in names) / max(len(names), 1)
    return 1 - (1 - share) ** SIZE[1]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument(
        "--file", type=Path, help="outlines as JSON: id, language, text, needs {words: pattern}"
    )
    parser.add_argument("--half", default="test", choices=("tuning", "test"))
    parser.add_argument("-v", "--verbose", action="store_true")


def run(options: argparse.Namespace, report: Report) -> None:
    tally: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    exposed: Counter[str] = Counter()
    chance = 0.0
    with open_application(Settings.from_env({}, home=str(options.home))) as konsort:
        names = [one.name for one in konsort.snapshots.current.organisations.values() if one.name]
        chosen = texts_with_patterns(options.file, options.half)
        for outline in chosen:
            answer = suggested(konsort, outline["text"], limit=5)
            sets = [[member.name for member in one.members] for one in answer.suggestions] or [[]]
            firsts.update(sets[0])
            exposed.update(exposure(answer, konsort))
            missed = []
            for need, words in outline["needs"].items():
                pattern = re.compile(words, re.IGNORECASE)
                here = any(map(pattern.search, sets[0]))
                tally.update(needs=1, first=here, five=any(pattern.search(n) for one in sets for n in one))
                if not pattern.search("UNIVERSITY"):
                    tally.update(others=1, others_first=here)
                chance += by_chance(pattern, names)
                if not here:
                    missed.append(need)
            if options.verbose:
                print(
                    f"{outline['id']} {outline['language']} missed: {missed or 'none'} | {'; '.join(sets[0])}"
                )
    most, times = firsts.most_common(1)[0] if firsts else ("nobody", 0)
    report.figure("outlines", len(chosen))
    report.figure("needs", tally["needs"])
    report.table(
        "answered",
        {"answered by": "", "needs": ".0f", "share": ".2f"},
        [
            ("the first suggestion", tally["first"], tally["first"] / max(tally["needs"], 1)),
            ("any of five", tally["five"], tally["five"] / max(tally["needs"], 1)),
            (
                "the first suggestion, needs that a university fits left out",
                tally["others_first"],
                tally["others_first"] / max(tally["others"], 1),
            ),
            ("baseline: ten drawn at random", chance, chance / max(tally["needs"], 1)),
        ],
    )
    members = max(exposed["members"], 1)
    report.table(
        "exposure",
        {"members of first suggestions": "", "share": ".2f"},
        [(sort, exposed[sort] / members) for sort in SORTS],
    )
    report.say(f"{most} stands in {times} of {len(chosen)} first suggestions, more often than anybody else.")


if __name__ == "__main__":
    launch("answered")
