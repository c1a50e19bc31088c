"""How well are outlines read? Precision and recall of needs and offers, numbers and types, on our own texts.

    python -m benchmarks.needs_reading [--half test] [-v]

`benchmarks/needs/tuning.json` and `test.json` were written and divided before the rules. A need or an offer is right
where its words and the expected ones share at least half of what either holds.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from matcher.needs.read import read_statements

FOLDER = Path(__file__).parent / "needs"
SHARED = 0.5


def outlines(half: str) -> list[dict[str, Any]]:
    """Return the outlines of one half, as the file has them."""
    read: list[dict[str, Any]] = json.loads((FOLDER / f"{half}.json").read_text(encoding="utf-8"))
    return read


def overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return shared characters over all characters of two places.

    >>> overlap((0, 10), (5, 10))
    0.5
    """
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, shared) / (max(one[1], other[1]) - min(one[0], other[0]))


def matched(read: list[tuple[int, int]], expected: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pairs (read, expected) of places in the lists that say the same, each used once."""
    pairs = sorted(
        ((overlap(r, e), i, j) for i, r in enumerate(read) for j, e in enumerate(expected)), reverse=True
    )
    used: list[tuple[int, int]] = []
    for shared, i, j in pairs:
        if shared >= SHARED and all(i != a and j != b for a, b in used):
            used.append((i, j))
    return used


def place(text: str, quote: str) -> tuple[int, int]:
    return text.index(quote), text.index(quote) + len(quote)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", default="tuning", choices=("tuning", "test"))
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    read = expected = right = offers_read = offers_expected = offers_right = numbers = typed = 0
    for outline in outlines(options.half):
        text = outline["text"]
        statements = read_statements(text)
        needs = [(need.start, need.end) for need in statements.stated]
        wanted = [place(text, need["quote"]) for need in outline["needs"]]
        pairs = matched(needs, wanted)
        read, expected, right = read + len(needs), expected + len(wanted), right + len(pairs)
        numbers += sum(
            statements.stated[i].number == outline["needs"][j].get("number", statements.stated[i].number)
            for i, j in pairs
        )
        typed += sum(bool(statements.stated[i].types) for i, _ in pairs)
        brought = [(offer.start, offer.end) for offer in statements.offers]
        owned = [place(text, offer) for offer in outline["offers"]]
        same = matched(brought, owned)
        offers_read, offers_expected = offers_read + len(brought), offers_expected + len(owned)
        offers_right += len(same)
        if options.verbose:
            print(f"{outline['id']} {len(pairs)} of {len(wanted)} needs, {len(same)} of {len(owned)} offers")
            print("\n".join(f"    {one}" for one in (*statements.needs, *statements.offers)))
    print(
        f"needs: precision {right}/{read} = {right / read:.2f}, recall {right}/{expected} = {right / expected:.2f}"
    )
    print(
        f"offers: precision {offers_right}/{offers_read} = {offers_right / offers_read:.2f}, "
        f"recall {offers_right}/{offers_expected} = {offers_right / offers_expected:.2f}"
    )
    print(f"of {right} needs: number right {numbers}, with a type {typed}")


if __name__ == "__main__":
    main()
