"""What breaks when an outline, an organisation or a state drops out, and which few links would mend it?"""

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.planted import bare_project
from data.model import CallId, Outline, OutlineId
from graph.rules.rules import Answer, Verdict
from matcher.overall.checks import Check
from matcher.overall.prepare import Prepared
from matcher.overall.project import Coverage, Loss
from matcher.overall.resilience import losses, mend

STATES = ["DE", "FR", "IT", "ES"]
RING = np.array([[0, 1], [0, 3], [1, 2], [2, 3]])


def lost(
    project: Prepared,
    pairs: np.ndarray,
    ident: str,
    *,
    assigned: Sequence[int] | None = None,
    covered: Sequence[Coverage] = (),
) -> Loss | None:
    """What is said of one loss; None where nothing is said of it."""
    places = np.zeros(len(project.case.outlines), dtype=int) if assigned is None else np.array(assigned)
    fragile = losses(project, places, pairs, covered=covered, check=None)
    return next((loss for loss in fragile if loss.id == ident), None)


def test_partners_that_are_left_with_too_few_links_are_named() -> None:
    """In a ring everybody has two links; whoever leaves takes one from each neighbour, and 2 of 4 fall short."""
    loss = lost(bare_project(STATES, least=2), RING, "o0")
    assert loss is not None
    assert loss.short == ("o1", "o3")
    assert loss.breaks == ("2 outlines fall below 2 links",)
    assert loss.severity == pytest.approx(10 * 2 / 4)
    assert (loss.kind, loss.outlines, loss.links) == ("outline", ("o0",), 2)


def test_one_outline_that_falls_short_is_told_in_the_singular() -> None:
    loss = lost(bare_project(STATES, least=1), np.array([[0, 1], [2, 3]]), "o0")
    assert loss is not None
    assert loss.breaks == ("1 outline falls below 1 links",)


def test_who_was_short_before_is_not_blamed_on_a_loss() -> None:
    """o1 has one of two links before anybody leaves."""
    assert lost(bare_project(STATES, least=2), np.array([[0, 1]]), "o0") is None


def test_a_loss_that_can_be_borne_is_not_listed_unless_it_is_a_states() -> None:
    project = bare_project(STATES)
    assert lost(project, RING, "o0") is None
    loss = lost(project, RING, "DE")
    assert loss is not None
    assert loss.breaks == ()
    assert loss.severity == pytest.approx(5 * 2 / 4), "five times the part of the links that go"


def test_all_outlines_of_one_organisation_go_together() -> None:
    """o0 and o2 of one owner: without both the two others have no link at all."""
    project = bare_project(STATES, owners=["a", "b", "a", "c"], least=1)
    loss = lost(project, RING, "a")
    assert loss is not None
    assert (loss.kind, loss.outlines, loss.short, loss.links) == (
        "organisation",
        ("o0", "o2"),
        ("o1", "o3"),
        4,
    )
    assert lost(project, RING, "b") is None, "an organisation of one outline is that outline"


def test_a_stream_that_is_left_with_too_few_states_is_told() -> None:
    project = bare_project(["DE", "FR", "FR", "IT"], streams=2, min_countries=2)
    loss = lost(project, RING, "o0", assigned=[0, 0, 0, 1])
    assert loss is not None
    assert loss.breaks == ("the stream “s1” is left with one state",)
    assert loss.severity == 3
    assert lost(project, RING, "o1", assigned=[0, 0, 0, 1]) is None, "o2 is French too"


def test_a_stream_left_with_nobody_has_no_state() -> None:
    project = bare_project(["DE", "DE", "FR", "IT"], streams=2, min_countries=1)
    loss = lost(project, RING, "FR", assigned=[0, 0, 1, 0])
    assert loss is not None
    assert loss.breaks == ("the stream “s2” is left with 0 states",)


def test_a_stream_that_was_narrow_before_is_not_blamed_on_a_loss() -> None:
    project = bare_project(["DE", "DE", "FR", "IT"], streams=2, min_countries=2)
    assert lost(project, RING, "o0", assigned=[0, 0, 1, 1]) is None


def covering(*outlines: str, covered: bool = True) -> Coverage:
    return Coverage("t", "Radio", covered, 0.8, tuple(map(OutlineId, outlines)), ())


def test_a_topic_that_nobody_else_covers_is_told() -> None:
    project = bare_project(STATES)
    loss = lost(project, RING, "o0", covered=[covering("o0")])
    assert loss is not None
    assert loss.breaks == ("no other outline was found to speak of Radio",)
    assert loss.severity == 2
    assert lost(project, RING, "o0", covered=[covering("o0", "o1")]) is None
    assert lost(project, RING, "o0", covered=[covering("o0", covered=False)]) is None
    assert lost(project, RING, "o0", covered=[covering("o1")]) is None


def test_links_that_fall_apart_are_told() -> None:
    """A chain of five: without the middle one, two parts are left; without an end, one."""
    project = bare_project([*STATES, "PL"])
    chain = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    loss = lost(project, chain, "o2")
    assert loss is not None
    assert loss.breaks == ("the links fall into 2 separate parts",)
    assert loss.severity == 1
    assert lost(project, chain, "o0") is None


def test_losses_come_the_most_severe_first_then_by_kind_and_id() -> None:
    project = bare_project(STATES, least=2)
    fragile = losses(project, np.zeros(4, dtype=int), RING, covered=(), check=None)
    assert [(loss.kind, loss.id) for loss in fragile] == [
        *(("country", state) for state in sorted(STATES)),
        *(("outline", f"o{k}") for k in range(4)),
    ]


def rule(broken_without: str) -> Check:
    """A call whose only rule is that one state takes part."""

    def check(outlines: Sequence[Outline]) -> Verdict:
        broken = broken_without not in {outline.country for outline in outlines}
        return Verdict(CallId("call"), Answer.BROKEN if broken else Answer.MET, ())

    return check


def test_a_loss_that_breaks_the_calls_rules_says_so() -> None:
    project = bare_project(STATES)
    fragile = losses(project, np.zeros(4, dtype=int), RING, covered=(), check=rule("DE"))
    assert {loss.id: loss.breaks for loss in fragile if loss.breaks} == {
        "DE": ("the call's rules are broken",),
        "o0": ("the call's rules are broken",),
    }
    assert {loss.id: loss.severity for loss in fragile if loss.breaks} == {"DE": 2.5 + 5, "o0": 5}


def test_rules_that_are_broken_anyhow_are_not_blamed_on_a_loss() -> None:
    fragile = losses(bare_project(STATES), np.zeros(4, dtype=int), RING, covered=(), check=rule("PL"))
    assert [loss.breaks for loss in fragile] == [()] * 4


def test_in_a_large_call_the_rules_are_asked_after_the_loss_of_states_alone() -> None:
    many = [*STATES, *["PL"] * 57]
    project = bare_project(many)
    fragile = losses(project, np.zeros(61, dtype=int), RING, covered=(), check=rule("DE"))
    assert [loss.id for loss in fragile if loss.breaks] == ["DE"]
    project = bare_project(many[:60])
    fragile = losses(project, np.zeros(60, dtype=int), RING, covered=(), check=rule("DE"))
    assert [loss.id for loss in fragile if loss.breaks] == ["DE", "o0"]


def test_the_loss_of_everybody_asks_no_rule() -> None:
    project = bare_project(["DE", "DE"])
    fragile = losses(project, np.zeros(2, dtype=int), np.empty((0, 2), int), covered=(), check=rule("DE"))
    assert [(loss.id, loss.breaks) for loss in fragile] == [("DE", ())]


# Repair


def strength(*pairs: tuple[int, int, float], n: int = 4) -> np.ndarray:
    square = np.zeros((n, n))
    for a, b, value in pairs:
        square[a, b] = square[b, a] = value
    return square


def test_the_fewest_new_links_mend_a_loss_the_strongest_among_those() -> None:
    """Without o0, o1 and o3 lack one link each: one link between them mends both."""
    project = bare_project(STATES, least=2, strength=strength((1, 3, 0.1)))
    assert mend(project, RING, [0]) == (("o1", "o3"),)


def test_of_links_that_mend_as_much_the_strongest_is_taken() -> None:
    """Without o0, o1 lacks a link, and could have one with o2 or o3."""
    pairs = np.array([[0, 1], [2, 3]])
    weak, strong = strength((1, 2, 0.2), (1, 3, 0.6)), strength((1, 2, 0.6), (1, 3, 0.2))
    assert mend(bare_project(STATES, least=1, strength=weak), pairs, [0]) == (("o1", "o3"),)
    assert mend(bare_project(STATES, least=1, strength=strong), pairs, [0]) == (("o1", "o2"),)


def test_nobody_is_mended_beyond_their_capacity() -> None:
    pairs = np.array([[0, 1], [2, 3]])
    assert mend(bare_project(STATES, least=1, capacity=1), pairs, [0]) == ()


def test_a_link_that_is_not_allowed_mends_nothing() -> None:
    pairs = np.array([[0, 1], [2, 3]])
    project = bare_project(["DE", "FR", "FR", "FR"], least=1)
    assert mend(project, pairs, [0]) == ()


def test_where_nobody_falls_short_nothing_is_mended() -> None:
    assert mend(bare_project(STATES, least=1), RING, [0]) == ()


def test_the_worst_losses_come_with_their_repair() -> None:
    loss = lost(bare_project(STATES, least=2, strength=strength((1, 3, 0.1))), RING, "o0")
    assert loss is not None
    assert loss.mend == (("o1", "o3"),)
