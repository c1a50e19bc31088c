"""How are numbers of things, what is traded for what, and from where, written on pages and in a terminal?"""

from collections.abc import Mapping
from textwrap import shorten
from typing import TYPE_CHECKING

from data.countries import country_name, to_eu

if TYPE_CHECKING:  # slow to import, and only named here
    from matcher.needs.read import Need
    from matcher.overall.project import Budget

TERMS = {
    "fit": "fit to the streams",
    "complement": "answers to what is sought",
    "topic": "common topics",
    "known": "known ties",
    "inside": "links inside one stream",
    "evenness": "evenness of the streams",
    "borders": "pairs of states that are linked",
}
"""What an alternative trades, in words; all in [0, 1]."""
COUNTS = {"links": "link", "streams": "work stream"}
SMALL = 0.005
"""A difference up to this would be shown as 0.00."""


def count(value: int, one: str, many: str = "") -> str:
    """A number of things.

    >>> count(1, "link"), count(1200, "link"), count(2, "country", "countries")
    ('1 link', '1,200 links', '2 countries')
    """
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def budget_text(budget: "Budget") -> str:
    """What the outlines of a stream, a state or a kind cost, and of how many that is unknown.

    >>> from matcher.overall.project import Budget
    >>> budget_text(Budget("stream", "s1", 3, 1, 1_250_000.0, 0.25))
    'EUR 1.25 million, 25 % of all that is known; of 1 of 3 outlines unknown'
    >>> budget_text(Budget("stream", "s2", 2, 2, 0.0, None))
    'unknown'
    """
    if budget.unknown == budget.outlines:
        return "unknown"
    text = millions(budget.known_eur)
    if budget.share is not None:
        text += f", {budget.share:.0%} of all that is known".replace("%", " %")
    return (
        f"{text}; of {budget.unknown} of {count(budget.outlines, 'outline')} unknown"
        if budget.unknown
        else text
    )


def millions(eur: float) -> str:
    """A sum in millions of euros, as short as two decimals allow.

    >>> millions(18_500_000), millions(310_000), millions(0)
    ('EUR 18.5 million', 'EUR 0.31 million', 'EUR 0')
    """
    return f"EUR {eur / 1e6:,.2f}".rstrip("0").rstrip(".") + (" million" if eur else "")


def traded(trade: Mapping[str, float]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What an alternative has more of than the first, and less of, in words; what would be shown as 0.00 is left out.

    >>> traded({"fit": -0.125, "known": 0.36, "topic": 0.001, "links": 4.0})
    (('known ties +0.36', '4 links'), ('fit to the streams −0.12',))
    """
    terms = [
        (f"{name} {trade[term]:+.2f}".replace("-", "−"), trade[term])
        for term, name in TERMS.items()
        if abs(trade.get(term, 0)) > SMALL
    ]
    terms += [
        (count(abs(round(trade[term])), one), trade[term]) for term, one in COUNTS.items() if trade.get(term)
    ]
    more = tuple(text for text, value in terms if value > 0)
    return more, tuple(text for text, value in terms if value < 0)


def price(links: int, cost: float | None) -> str:
    """What another plan has more and less of: links, and the part of the value that it loses, where that can be told.

    >>> price(-2, 0.003), price(1, None)
    ('2 links fewer, 0.3 % less of what is optimised', '1 link more')
    >>> price(0, 0.0)
    'as many links, nothing less of what is optimised'
    """
    text = f"{count(abs(links), 'link')} {'more' if links > 0 else 'fewer'}" if links else "as many links"
    if cost is None:
        return text
    size = f"{100 * cost:.2g} % less" if cost >= PAID else "nothing less"
    return f"{text}, {size} of what is optimised"


PAID = 0.00005
"""The part of a plan's value from which a loss is told."""


def cut(text: str, width: int) -> str:
    """Return a text in one line of at most `width` characters, cut between words where that leaves half of them.

    >>> cut("Edge for ports", 10), cut("Donaudampfschifffahrtsgesellschaft", 10), cut("Ports", 10)
    ('Edge for …', 'Donaudamp…', 'Ports')
    """
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    words = shorten(line, width, placeholder=" …")
    return words if len(words) > width // 2 else f"{line[: width - 1]}…"


def from_where(need: "Need") -> str:
    """From where somebody is sought, as it may be typed, too; "" for anywhere.

    >>> from matcher.needs.places import Where
    >>> from matcher.needs.read import Need
    >>> from_where(Need("", "ports", where=Where(("GR",), (), abroad=False, different=True)))
    'Greece (EL), different countries'
    >>> from_where(Need("", "ports", where=Where((), ("DE",), abroad=True)))
    'not Germany (DE), abroad'
    """
    parts = [_named(code) for code in need.where.countries]
    parts += [f"not {_named(code)}" for code in need.where.not_from]
    parts += ["abroad"] if need.where.abroad else []
    parts += ["different countries"] if need.where.different else []
    return ", ".join(parts)


def _named(country: str) -> str:
    return f"{country_name(country)} ({to_eu(country)})"
