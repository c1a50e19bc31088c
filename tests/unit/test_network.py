"""Does the network answer who is near whom, on a history small enough to check by hand?

A, B and C share project P1 (2015); A and B share P2 (2018); C and D share P3, whose start nobody knows; E is
alone in P4; F has no project. So the tie A-B weighs 1/2 + 1 = 3/2, A-C and B-C weigh 1/2, C-D weighs 1.
"""

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput, NotFound
from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History
from data.published import as_json
from graph.network import projection
from graph.network.network import Network


def history(
    teams: dict[str, str], starts: dict[str, str] | None = None, homes: dict[str, str] | None = None
) -> History:
    """Return a history of projects, each with its one-letter participants; `homes` may name more of them."""
    known, homes = starts or {}, homes or {}
    projects = [
        dict.fromkeys(PROJECT_COLUMNS)
        | {"id": project, "start": pd.to_datetime(known[project]) if project in known else pd.NaT}
        for project in teams
    ]
    rows = [(project, letter, "participant", None) for project, team in teams.items() for letter in team]
    everybody = sorted({letter for team in teams.values() for letter in team} | set(homes))
    organisations = [
        dict.fromkeys(ORGANISATION_COLUMNS)
        | {
            "id": letter,
            "name": f"{letter} Ltd" if letter != "F" else None,
            "country": homes.get(letter),
            "fictional": True,
        }
        for letter in everybody
    ]
    return History(
        pd.DataFrame(projects, columns=list(PROJECT_COLUMNS)),
        pd.DataFrame(rows, columns=list(PARTICIPATION_COLUMNS)),
        pd.DataFrame(organisations, columns=list(ORGANISATION_COLUMNS)),
    )


TEAMS = {"P1": "ABC", "P2": "AB", "P3": "CD", "P4": "E"}
STARTS = {"P1": "2015-03-01", "P2": "2018-03-01", "P4": "2016-01-01"}
HOMES = {"A": "DE", "B": "DE", "C": "FR", "D": "GR", "E": "FR", "F": "IT"}


@pytest.fixture
def network() -> Network:
    return Network.from_history(history(TEAMS, STARTS, HOMES))


def test_a_tie_is_the_sum_of_one_over_the_other_participants(network: Network) -> None:
    assert network.ties(["A", "B", "C", "D"]).toarray().tolist() == [
        [0.0, 1.5, 0.5, 0.0],
        [1.5, 0.0, 0.5, 0.0],
        [0.5, 0.5, 0.0, 1.0],
        [0.0, 0.0, 1.0, 0.0],
    ]


def test_ties_come_in_the_order_that_was_asked_for(network: Network) -> None:
    assert network.ties(["D", "A", "C"]).toarray().tolist() == [
        [0.0, 0.0, 1.0],
        [0.0, 0.0, 0.5],
        [1.0, 0.5, 0.0],
    ]


def test_a_tie_fades_by_half_in_each_half_life(network: Network) -> None:
    faded = network.ties(["A", "B"], half_life_years=3, as_of=dt.date(2018, 3, 1))
    assert faded.toarray()[0, 1] == pytest.approx(1 + 0.5 * 0.5, abs=1e-3)


def test_projects_after_the_date_or_without_one_leave_no_faded_tie(network: Network) -> None:
    faded = network.ties(["A", "B", "C", "D"], half_life_years=3, as_of=dt.date(2015, 3, 1)).toarray()
    assert faded[0, 1] == 0.5
    assert faded[2, 3] == 0.0


def test_a_half_life_needs_the_date_it_is_counted_from(network: Network) -> None:
    with pytest.raises(BadInput, match="belong together"):
        network.ties(["A"], half_life_years=3)
    with pytest.raises(BadInput, match="above 0"):
        network.ties(["A"], half_life_years=0, as_of=dt.date(2020, 1, 1))


def test_a_second_role_in_the_same_project_changes_nothing() -> None:
    once = history({"P": "AB"})
    doubled = pd.concat(
        [once.participations, once.participations.assign(role="third party")], ignore_index=True
    )
    network = Network.from_history(History(once.projects, doubled, once.organisations))
    assert network.ties_of("A") == {"B": 1.0}
    assert network.summary().participations == 2


def test_partners_stand_strongest_first_and_equal_ones_by_id(network: Network) -> None:
    assert list(network.ties_of("C").items()) == [("D", 1.0), ("A", 0.5), ("B", 0.5)]
    assert network.ties_of("F") == {}


def test_shared_projects_are_listed_and_the_latest_start_is_kept(network: Network) -> None:
    assert network.shared_projects("A", "B") == ("P1", "P2")
    tie = network.tie("A", "B")
    assert tie is not None
    assert (tie.weight, tie.last_shared) == (1.5, 2018)
    unknown = network.tie("C", "D")
    assert unknown is not None
    assert unknown.last_shared is None


def test_a_project_is_named_by_what_is_known_of_it() -> None:
    known = history({"P1": "AB", "P2": "AB"})
    known.projects.loc[0, ["acronym", "title"]] = ["EDGECELL", "Cells at the edge"]
    network = Network.from_history(known)
    assert network.title_of("P1") == "EDGECELL: Cells at the edge"
    assert network.title_of("P2") == "P2"
    with pytest.raises(NotFound, match="'P9'"):
        network.title_of("P9")


def test_two_organisations_of_one_country_share_no_project_by_that(network: Network) -> None:
    assert network.shared_projects("C", "E") == ()
    assert network.tie("C", "E") is None


def test_a_neighbourhood_shows_the_strongest_partners_and_the_ties_among_them(network: Network) -> None:
    around = network.around("A", limit=5)
    assert [actor.id for actor in around.partners] == ["B", "C"]
    assert [(tie.a, tie.b, tie.weight) for tie in around.among] == [("B", "C", 0.5)]
    assert as_json(around)["ties"][0] == {
        "a": "A",
        "b": "B",
        "weight": 1.5,
        "projects": ["P1", "P2"],
        "last_shared": 2018,
    }
    cut = network.around("A", limit=1)
    assert ([actor.id for actor in cut.partners], cut.partners_in_all) == (["B"], 2)


def test_an_actor_without_a_name_is_shown_by_its_code(network: Network) -> None:
    assert network.actor("F").label == "Organisation F"
    assert network.actor("A").label == "A Ltd"
    assert (network.actor("A").projects, network.actor("A").partners) == (2, 2)


def test_an_unknown_organisation_is_not_found_whatever_is_asked(network: Network) -> None:
    assert "Z" not in network
    for ask in (network.around, network.ties_of, network.projects_of, lambda z: network.path("A", z)):
        with pytest.raises(NotFound, match="'Z'"):
            ask("Z")
    with pytest.raises(NotFound, match="'Z'"):
        network.ties(["A", "Z"])


def test_a_limit_below_one_is_refused(network: Network) -> None:
    with pytest.raises(BadInput, match="1 or more, not 0"):
        network.around("A", limit=0)


def test_a_chain_of_introductions_leads_from_one_to_the_other(network: Network) -> None:
    path = network.path("A", "D", introduction_cost=0)
    assert [actor.id for actor in path.actors] == ["A", "C", "D"]
    assert path.cost == pytest.approx(1 / 0.5 + 1 / 1)
    assert path.direct is None
    assert as_json(path)["found"] is True


def test_nobody_introduces_where_no_chain_exists(network: Network) -> None:
    path = network.path("A", "E")
    assert (path.found, path.actors, path.cost, path.through_umbrella) == (False, (), None, False)


def test_an_organisation_reaches_itself_at_no_cost(network: Network) -> None:
    path = network.path("A", "A")
    assert ([actor.id for actor in path.actors], path.cost, path.ties) == (["A"], 0.0, ())


def test_an_introduction_must_be_worth_its_cost() -> None:
    # A and Z met in one project of 11 (weight 1/10); M worked with each of them in a project of two.
    network = Network.from_history(history({"P1": "AZbcdefghij", "P2": "AM", "P3": "MZ"}))
    by_way_of_m = network.path("A", "Z", introduction_cost=0)
    assert [actor.id for actor in by_way_of_m.actors] == ["A", "M", "Z"]
    assert by_way_of_m.direct is not None
    straight = network.path("A", "Z")
    assert [actor.id for actor in straight.actors] == ["A", "Z"]


def test_an_umbrella_introduces_only_where_there_is_no_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "UMBRELLA_PARTNERS", 4)
    hub = {"P1": "UA", "P2": "UB", "P3": "UC", "P4": "UD", "P5": "UE"}
    only = Network.from_history(history(hub))
    assert [actor.id for actor in only.path("A", "B").actors] == ["A", "U", "B"]
    assert only.path("A", "B").through_umbrella
    assert [actor.id for actor in only.path("U", "B").actors] == ["U", "B"]
    assert not only.path("U", "B").through_umbrella
    around = Network.from_history(history(hub | {"P6": "AX", "P7": "BX"}))
    assert [actor.id for actor in around.path("A", "B").actors] == ["A", "X", "B"]
    assert around.summary().umbrella_organisations == ("U",)


def test_a_giant_project_stays_in_and_gives_each_participant_a_strength_of_one() -> None:
    crowd = "".join(chr(0x4E00 + k) for k in range(61))
    network = Network.from_history(history({"P1": crowd}))
    assert network.summary().giant_projects == ("P1",)
    assert sum(network.ties_of(crowd[0]).values()) == pytest.approx(1.0)


def test_the_country_matrix_counts_each_pair_once(network: Network) -> None:
    matrix = network.matrix()
    assert matrix.countries == ("DE", "FR", "GR", "IT")
    assert matrix.weights.tolist() == [[1.5, 1.0, 0, 0], [1.0, 0, 1.0, 0], [0, 1.0, 0, 0], [0, 0, 0, 0]]
    assert matrix.projects.tolist() == [[2, 1, 0, 0], [1, 3, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert as_json(matrix)["countries"] == ["DE", "FR", "EL", "IT"]


def test_a_country_shows_its_partners_and_its_leading_organisations(network: Network) -> None:
    france = network.country("FR")
    assert [(tie.country, tie.weight, tie.projects) for tie in france.ties] == [
        ("DE", 1.0, 1),
        ("GR", 1.0, 1),
    ]
    assert [(actor.id, actor.projects) for actor in france.leading] == [("C", 2), ("E", 1)]
    assert (france.organisations, france.active, france.projects, france.within) == (2, 2, 3, 0.0)
    assert network.country("IT").active == 0
    assert [tie["country"] for tie in as_json(france)["ties"]] == ["DE", "EL"]
    with pytest.raises(NotFound, match="'XX'"):
        network.country("XX")


def test_the_summary_can_be_counted_by_hand(network: Network) -> None:
    assert as_json(network.summary()) == {
        "organisations": 6,
        "active": 5,
        "projects": 4,
        "participations": 8,
        "ties": 4,
        "countries": 4,
        "largest_component": 4,
        "first_year": 2015,
        "last_year": 2018,
        "giant_projects": [],
        "umbrella_organisations": [],
    }


def test_communities_are_the_groups_that_work_together() -> None:
    network = Network.from_history(
        history(
            {"P1": "ABC", "P2": "ABC", "P3": "ABC", "P4": "XYZ", "P5": "XYZ", "P6": "XYZ", "P7": "CXKLMN"}
        )
    )
    assert network.communities() == (("K", "L", "M", "N"), ("A", "B", "C"), ("X", "Y", "Z"))


def test_an_empty_history_gives_an_empty_network() -> None:
    network = Network.from_history(history({}))
    assert network.summary().organisations == 0
    assert network.matrix().countries == ()
    assert network.communities() == ()


def test_nothing_that_the_network_hands_out_can_change_it(network: Network) -> None:
    with pytest.raises(ValueError, match="read-only"):
        network.matrix().weights[0, 0] = 9
    own = network.ties(["A", "B"])
    own.data[:] = 9
    assert network.ties(["A", "B"]).toarray()[0, 1] == 1.5


@given(st.lists(st.sets(st.sampled_from("ABCDEFGH"), min_size=1), max_size=6))
def test_ties_agree_with_counting_pair_by_pair(teams: list[set[str]]) -> None:
    network = Network.from_history(history({f"P{k}": "".join(sorted(team)) for k, team in enumerate(teams)}))
    ids = sorted(set().union(*teams))
    expected = [
        [sum(1 / (len(t) - 1) for t in teams if a in t and b in t) if a != b else 0.0 for b in ids]
        for a in ids
    ]
    assert np.allclose(network.ties(ids).toarray() if ids else [], expected)


@given(st.lists(st.sets(st.sampled_from("ABCDEFGH"), min_size=1), min_size=1, max_size=6))
def test_one_organisations_partners_are_its_row_of_all_ties(teams: list[set[str]]) -> None:
    network = Network.from_history(history({f"P{k}": "".join(sorted(team)) for k, team in enumerate(teams)}))
    ids = sorted(set().union(*teams))
    counted = [network.actor(one).partners for one in ids]  # before all ties are there
    every = network.ties(ids).toarray()
    for place, one in enumerate(ids):
        assert network.ties_of(one) == {
            other: every[place, there] for there, other in enumerate(ids) if every[place, there]
        }
    network.summary()
    assert counted == [network.actor(one).partners for one in ids] == np.count_nonzero(every, axis=1).tolist()


@given(st.lists(st.sets(st.sampled_from("ABCDEF"), min_size=2), min_size=1, max_size=5))
def test_every_step_of_a_chain_is_a_tie_and_the_way_back_costs_the_same(teams: list[set[str]]) -> None:
    network = Network.from_history(history({f"P{k}": "".join(sorted(team)) for k, team in enumerate(teams)}))
    ids = sorted(set().union(*teams))
    there, back = network.path(ids[0], ids[-1]), network.path(ids[-1], ids[0])
    assert all(network.tie(u.id, v.id) for u, v in pairwise(there.actors))
    assert there.cost == pytest.approx(back.cost)
