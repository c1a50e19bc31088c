"""Is what a set leaves open told, with who comes nearest and what that would change?"""

from data.model import OrganisationId
from matcher.suggest.gaps import NearestOutside


def near(probability: float, change: float | None, *breaks: str) -> NearestOutside:
    return NearestOutside("a port", OrganisationId("1"), "Havn AS", "GR", probability, change, breaks)


def test_what_is_too_uncertain_to_claim_is_not_called_an_answer() -> None:
    assert near(0.2, 0.01).text.startswith("Nearest outside this set: Havn AS (EL), too uncertain to claim.")
    assert near(0.9, 0.01).text.startswith("Nearest outside this set: Havn AS (EL), strong.")


def test_what_taking_it_in_would_change_is_told_with_its_sign() -> None:
    assert near(0.9, -0.0216).text.endswith("Taking it in would change the value by -0.022.")


def test_a_full_set_and_a_broken_rule_are_told_instead_of_a_change() -> None:
    assert "has no room for one more" in near(0.9, None).text
    assert near(0.9, 0.3, "R1", "R4").text.endswith("Taking it in would break R1, R4.")
