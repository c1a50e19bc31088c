"""Does a suggestion hold whom the outline seeks? Share of needs that some member answers by its name, beside chance.

    python -m benchmarks.needs_answered --home HOME [--file FILE | --half test]

HOME holds an imported and indexed store. A need is answered where a member's name fits the pattern for it: of a file of
outlines with a pattern a need, or of our own outlines with the patterns in `benchmarks/needs/answers.json`.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.needs_reading import FOLDER, outlines
from matcher.suggest.answers import SuggestRequest
from service.app.open import Konsort
from service.runtime.settings import Settings

CALL = "he-ria-ia-2021"
SIZE = (6, 10)


def asked(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return outlines as text and pattern by need."""
    if options.file:
        return json.loads(options.file.read_text(encoding="utf-8"))
    patterns = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
    return [
        {
            "id": outline["id"],
            "language": outline["language"],
            "text": outline["text"],
            "needs": {need["quote"]: patterns[need["answer"]] for need in outline["needs"]},
        }
        for outline in outlines(options.half)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--half", default="test", choices=("tuning", "test"))
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    konsort = Konsort(Settings.from_env({"KONSORT_HOME": str(options.home)}))
    names = [o.name for o in konsort.moment.organisations.values() if o.name]
    first = any_of_five = total = no_university = without = 0
    chance = 0.0
    seen: Counter[str] = Counter()
    for outline in asked(options):
        request = SuggestRequest(call=CALL, text=outline["text"], size=SIZE, limit=5)  # type: ignore[arg-type]
        answer = konsort.suggest(request)
        sets = [[member.name for member in one.members] for one in answer.suggestions]
        seen.update(sets[0] if sets else [])
        missed = []
        for need, pattern in outline["needs"].items():
            fits = re.compile(pattern, re.IGNORECASE).search
            total += 1
            here = bool(sets) and any(fits(name) for name in sets[0])
            first += here
            any_of_five += any(fits(name) for one in sets for name in one)
            chance += 1 - (1 - sum(bool(fits(name)) for name in names) / len(names)) ** SIZE[1]
            if not fits("UNIVERSITY"):
                without += 1
                no_university += here
            if not here:
                missed.append(need)
        if options.verbose:
            print(
                outline["id"],
                outline["language"],
                "missed:",
                missed or "none",
                "|",
                "; ".join(sets[0] if sets else []),
            )
    print(f"first suggestion {first}/{total} = {first / total:.2f}, any of five {any_of_five / total:.2f}")
    print(f"universities left out {no_university}/{without} = {no_university / max(without, 1):.2f}")
    print(f"ten at random {chance / total:.2f}; most frequent: {seen.most_common(4)}")


if __name__ == "__main__":
    main()
