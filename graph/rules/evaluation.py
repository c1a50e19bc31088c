"""How does one demand come out? Its answer with the witness, the shortfall in words, and what to ask whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.rules.members import Member

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Question:
    """A missing fact that would help to settle a rule.

    `fact`: a field of Member or ProjectFacts, "same-owner", "coordinator", "attestation" or "figure".
    `members`: whom it is about: one, or the suspected pair; empty for a fact of the project.
    """

    members: tuple[str, ...]
    fact: str
    text: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One demand's evaluation. `answer` None: cannot tell. `found`, `needed`: numbers or short texts to show.

    `witness`: met, the members that suffice; broken, those who stand in the way, or where the set falls `short`,
    those who count so far; unknown, those it hangs on.
    `why`: one sentence without its full stop; "" where the numbers say it all.
    """

    answer: bool | None
    found: str | float | int
    needed: str | float | int
    witness: tuple[str, ...] = ()
    why: str = ""
    ask: tuple[Question, ...] = ()
    short: bool = False
    """Broken because too few count: nobody is in the way, somebody is missing."""


_ASKING = {
    "owner": "Who is the ultimate owner of {}?",
    "budget_eur": "What is the budget of {}?",
    "country": "In which country is {} established?",
    "sme": "Is {} a small or medium-sized enterprise?",
    "kind": "What kind of organisation is {}?",
    "role": "What does {} do in the consortium?",
    "load": "In how many consortia of this call is {} already?",
}


def ask_about(member: Member, fact: str) -> Question:
    """The question for one missing fact of a member."""
    return Question((member.id,), fact, _ASKING[fact].format(member.label))


def ask_pair(a: Member, b: Member) -> Question:
    """The question whether two members are one owner."""
    return Question((a.id, b.id), "same-owner", f"Are {a.label} and {b.label} under the same control?")


def number_word(number: int) -> str:
    """A small number in words.

    >>> number_word(2), number_word(12)
    ('two', '12')
    """
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


def listing(names: Iterable[str]) -> str:
    """Join names as prose.

    >>> listing(["A", "B", "C"]), listing(["A"]), listing([])
    ('A, B and C', 'A', 'nobody')
    """
    items = list(names)
    if len(items) < 2:
        return items[0] if items else "nobody"
    return f"{', '.join(items[:-1])} and {items[-1]}"


def bounds(minimum: float | None, maximum: float | None, unit: str = "") -> str:
    """A range in words.

    >>> bounds(3, None), bounds(None, 0.7, "%"), bounds(4, 14), bounds(1, 1)
    ('at least 3', 'at most 70 %', '4 to 14', 'exactly 1')
    """
    if minimum is not None and minimum == maximum:
        return f"exactly {with_unit(minimum, unit)}"
    if minimum is not None and maximum is not None:
        return f"{with_unit(minimum, unit)} to {with_unit(maximum, unit)}"
    return (
        f"at least {with_unit(minimum, unit)}"
        if minimum is not None
        else f"at most {with_unit(maximum or 0, unit)}"
    )


def with_unit(number: float, unit: str = "") -> str:
    """A number with its unit; "%" takes a fraction, "EUR" groups thousands.

    >>> with_unit(0.525, "%"), with_unit(175000, "EUR"), with_unit(36, "months")
    ('52.5 %', 'EUR 175,000', '36 months')
    """
    if unit == "%":
        return f"{round(100 * number, 1):g} %"
    if unit == "EUR":
        return f"EUR {number:,.0f}"
    return f"{number:g} {unit}".strip()


def span(low: float, high: float, unit: str = "") -> str:
    """What is possible between two bounds.

    >>> span(2, 2), span(1, 3)
    ('2', '1 to 3')
    """
    return with_unit(low, unit) if low == high else f"{with_unit(low, unit)} to {with_unit(high, unit)}"


def ids(members: Sequence[Member]) -> tuple[str, ...]:
    """The members' ids, in their order."""
    return tuple(member.id for member in members)
