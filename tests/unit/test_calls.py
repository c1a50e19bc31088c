"""Profiles load in layers, are refused with line and reason, and read in plain words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from data.calls import PREVAILS, CallProfile, describe, load_profiles
from data.countries import SETS
from data.demands import DEMAND_KINDS, CountRange, Hardness, Layer, MemberBudget, ShareCap
from data.errors import BadInput, BadProfile
from data.model import Kind
from graph.rules.rules import Member, ProjectFacts, check


def load(*paths: Path) -> dict[str, CallProfile]:
    """The profiles by the plain text of their ids."""
    return {str(call): profile for call, profile in load_profiles(paths).items()}


PROFILES = load()


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(BadProfile) as caught:
        load(write(folder, text))
    return str(caught.value).replace(str(folder), "")


def share_cap(profiles: Mapping[str, CallProfile], demand: str) -> ShareCap:
    """A cap of the Eureka profile."""
    cap = profiles["eureka-network"].demand(demand)
    assert isinstance(cap, ShareCap)
    return cap


def own(demand: str) -> str:
    header = 'id = "mine"\ntitle = "Mine"\nprogramme = "Own"\n\n'
    return f'{header}[[demand]]\nid = "R1"\ntext = "a rule"\n{demand}\n'


def test_every_profile_of_the_documentation_is_there() -> None:
    assert set(PROFILES) == {
        "celtic-next-2026",
        "chips-ju-ria-ia",
        "csa",
        "demo-industrial-cloud",
        "digital-europe-multi-country",
        "edf-2021",
        "eic-pathfinder-challenges",
        "eic-pathfinder-open",
        "erasmus-alliances-lot-1",
        "eureka-network",
        "eurostars-2",
        "eurostars-3",
        "he-ria-ia-2021",
        "hop-on-2025",
        "interreg-central-europe",
        "interreg-europe",
        "ipcei-2014",
        "ipcei-2021",
    }


def test_every_demand_has_a_text_and_a_source() -> None:
    for profile in PROFILES.values():
        for demand in profile.demands:
            assert demand.text, (profile.id, demand.id)
            assert demand.source, (profile.id, demand.id)


def test_recalled_numbers_are_marked() -> None:
    unverified = {p.id: [d.id for d in p.demands if not d.verified] for p in PROFILES.values()}
    assert {call: ids for call, ids in unverified.items() if ids} == {
        "celtic-next-2026": ["R2", "R3"],
        "csa": ["R1"],
        "edf-2021": ["R1", "R2"],
        "erasmus-alliances-lot-1": ["R4", "R5", "R6"],
        "eurostars-2": ["R1", "R2", "R3", "R6"],
    }


def test_eurostars_caps_fell_from_75_to_70_percent_in_2021() -> None:
    caps = {call: [d.maximum for d in PROFILES[call].demands if isinstance(d, ShareCap)] for call in PROFILES}
    assert caps["eurostars-2"] == [0.75, 0.75]
    assert caps["eurostars-3"] == [0.70, 0.70]
    assert PROFILES["eurostars-2"].valid_until == dt.date(2020, 12, 31)


def test_in_an_ipcei_research_bodies_take_part_beside_undertakings_and_count_for_no_state() -> None:
    members = [
        Member("A", country="DE", kind=Kind.LARGE),
        Member("B", country="FR", kind=Kind.SME),
        Member("C", country="IT", kind=Kind.UNIVERSITY),
        Member("D", country="ES", kind=Kind.RESEARCH),
    ]
    verdict = check(PROFILES["ipcei-2021"], members)
    assert (verdict.rule("R1").answer, verdict.rule("R1").found) == ("broken", 2)
    assert verdict.rule("R7").why == "C and D take part as associated"
    settled = check(PROFILES["ipcei-2021"], [*members[:3], replace(members[3], role="direct participant")])
    assert (settled.rule("R1").found, settled.rule("R7").witness) == (3, ("D",))
    assert settled.rule("R7").why.startswith("D does not fit; to be justified: why a body")
    beside_horizon = check(PROFILES["he-ria-ia-2021"], members)
    assert beside_horizon.rule("R1").found == "1 to 4"


def test_ipcei_rose_from_two_states_to_four_soft_ones_in_2022() -> None:
    old, new = PROFILES["ipcei-2014"].demand("R1"), PROFILES["ipcei-2021"].demand("R1")
    assert isinstance(old, CountRange)
    assert isinstance(new, CountRange)
    assert (old.minimum, old.hardness) == (2, Hardness.HARD)
    assert (new.minimum, new.hardness) == (4, Hardness.SOFT)
    assert PROFILES["ipcei-2014"].valid_until == dt.date(2021, 12, 31)


def test_the_demonstration_call_has_four_streams_and_a_size_and_says_that_it_is_fictional() -> None:
    demo = PROFILES["demo-industrial-cloud"]
    assert [stream.id for stream in demo.work_streams] == [
        "infrastructure",
        "capabilities",
        "data-processing",
        "applications",
    ]
    assert demo.size_range == (4, None)
    assert demo.fictional
    assert demo.lineage == ("ipcei-2021", "demo-industrial-cloud")


def test_a_national_layer_stands_beside_the_programme() -> None:
    spain = PROFILES["eureka-network"].demand("ES1")
    assert isinstance(spain, MemberBudget)
    assert (spain.layer, spain.minimum_eur) == (Layer.NATIONAL, 175_000)
    members = [Member("A", "A", "ES", owner="A", budget_eur=100_000), Member("B", "B", "DE", owner="B")]
    assert check(PROFILES["eureka-network"], members).rule("ES1").answer == "broken"


def test_outside_its_dates_a_profile_is_broken_and_says_so() -> None:
    verdict = check(PROFILES["ipcei-2014"], [], on=dt.date(2022, 1, 1))
    assert (verdict.rules[0].id, verdict.rules[0].answer) == ("V", "broken")
    assert check(PROFILES["ipcei-2014"], [], on=dt.date(2021, 12, 31)).rules[0].id == "R1"


def test_a_user_overrides_a_number_in_place(tmp_path: Path) -> None:
    path = write(tmp_path, 'amends = "eureka-network"\n[[override]]\nid = "R2"\nmaximum = 0.6\n')
    cap = share_cap(load(path), "R2")
    assert (cap.maximum, cap.layer, cap.source) == (0.6, Layer.USER, f"set in {path}")
    assert share_cap(PROFILES, "R2").maximum == 0.7


def test_a_user_adds_a_profile_on_top_of_another(tmp_path: Path) -> None:
    text = """
id = "our-call"
title = "Our call"
extends = "he-ria-ia-2021"
remove = []

[[demand]]
id = "U1"
kind = "count"
text = "six to nine partners"
minimum = 6
maximum = 9
"""
    ours = load(write(tmp_path, text))["our-call"]
    assert [demand.id for demand in ours.demands] == ["R1", "U1"]
    assert ours.size_range == (6, 9)
    assert ours.lineage == ("he-ria-ia-2021", "our-call")


def test_a_folder_of_profiles_is_read_and_a_missing_path_is_refused(tmp_path: Path) -> None:
    write(tmp_path, own('kind = "count"\nminimum = 1'))
    assert isinstance(load(tmp_path)["mine"].demand("R1"), CountRange)
    with pytest.raises(BadInput, match="no profile file or folder"):
        load_profiles([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('id = "mine"\ntitle = \n', "/mine.toml:2: not valid TOML: Invalid value"),
        (
            'id = "mine"\ntitle = "M"\nprogram = "P"\n',
            "/mine.toml:3: unknown key 'program': did you mean 'programme'?",
        ),
        (
            'title = "M"\n',
            "/mine.toml:1: a profile needs either id (a new profile) or amends (a change of one)",
        ),
        ('id = "mine"\ntitle = 7\n', "/mine.toml:2: title must be a text in quotes, not 7"),
        ('id = "mine"\nextends = "nothing"\n', "/mine.toml:2: no profile 'nothing' to extend"),
        (
            'amends = "eureka-network"\n[[override]]\nid = "R9"\nmaximum = 1\n',
            ":2: no demand 'R9' to override",
        ),
        (
            'amends = "eureka-network"\n[[override]]\nid = "R2"\nmaximum = 70\n',
            ":2: override of R2: maximum is a share between 0 and 1 (70 % is 0.7), not 70.0",
        ),
        (own("minimum = 1"), "/mine.toml:5: a demand needs kind, one of: all-members"),
        (own('kind = "cuont"\nminimum = 1'), "/mine.toml:8: unknown kind 'cuont': did you mean 'count'?"),
        (own('kind = "count"\nminimum = "two"'), "/mine.toml:9: minimum must be a whole number, not 'two'"),
        (own('kind = "count"\nminimum = true'), "/mine.toml:9: minimum must be a whole number, not True"),
        (own('kind = "count"\nminimum = 5\nmaximum = 4'), "/mine.toml:9: minimum 5 is above maximum 4"),
        (own('kind = "count"'), "/mine.toml:5: a count needs minimum or maximum"),
        (own('kind = "count"\nminimun = 1'), "/mine.toml:9: unknown key 'minimun': did you mean 'minimum'?"),
        (
            own('kind = "count"\nminimum = 1\nmembers = { countries = ["WIDENNIG"] }'),
            "/mine.toml:10: members: unknown country or set 'WIDENNIG': did you mean 'WIDENING'?",
        ),
        (
            own('kind = "count"\nminimum = 1\nmembers = { kinds = ["smes"] }'),
            "/mine.toml:10: unknown value 'smes': did you mean 'sme'?",
        ),
        (
            own('kind = "distinct-representatives"\ncount = 2\ncountries = 3'),
            "/mine.toml:10: countries must be between 0 and count (2)",
        ),
        (
            own('kind = "share-cap"\nof = "members"'),
            "/mine.toml:5: a demand of kind 'share-cap' needs maximum",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_reason(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in refusal(tmp_path, text)


def test_profiles_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, 'id = "a"\nextends = "b"\n', "a.toml")
    write(tmp_path, 'id = "b"\nextends = "a"\n', "b.toml")
    with pytest.raises(BadProfile, match="circle"):
        load(tmp_path)


def test_a_file_in_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes('id = "mine"\ntitle = "Frühling"\n'.encode("latin-1"))
    with pytest.raises(BadProfile, match=r"mine\.toml:2: not UTF-8"):
        load(path)


def test_plain_words_name_every_demand_its_source_and_that_the_call_text_prevails() -> None:
    for profile in PROFILES.values():
        words = describe(profile)
        assert words.endswith(PREVAILS)
        for demand in profile.demands:
            assert demand.text in words
            assert demand.source in words
    assert "R2 (must, figure not verified)" in describe(PROFILES["celtic-next-2026"])


def test_every_kind_of_demand_can_be_evaluated() -> None:
    from graph.rules.rules import _EVALUATE

    assert set(DEMAND_KINDS.values()) == set(_EVALUATE)


def test_a_challenge_takes_one_alone_or_two_from_different_countries() -> None:
    profile = PROFILES["eic-pathfinder-challenges"]
    a, b, c = (
        Member("A", "A", "DE", owner="A"),
        Member("B", "B", "FR", owner="B"),
        Member("C", "C", "DE", owner="C"),
    )
    assert check(profile, [a]).answer == "met"
    assert check(profile, [a, b]).answer == "met"
    assert check(profile, [a, c]).answer == "broken"
    assert check(profile, [Member("D", "D", "US", owner="D")]).answer == "broken"


def test_an_infrastructure_consortium_or_three_states_make_a_multi_country_project() -> None:
    profile = PROFILES["digital-europe-multi-country"]
    members = [Member(code, code, code) for code in ("DE", "FR", "IT")]
    assert check(profile, members).answer == "met"
    assert check(profile, members[:2]).answer == "unknown"


def test_a_portuguese_university_brings_a_portuguese_company_into_a_chips_project() -> None:
    profile = PROFILES["chips-ju-ria-ia"]
    members = [
        Member("A", "A", "DE", owner="A"),
        Member("B", "B", "FR", owner="B"),
        Member("P", "P", "PT", Kind.UNIVERSITY, "P"),
    ]
    assert check(profile, members).rule("PT1").answer == "broken"
    assert check(profile, [*members[:2], Member("C", "C", "IT", owner="C")]).answer == "met"


def test_the_documentation_names_every_profile_kind_and_set() -> None:
    words = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    for name in (*PROFILES, *DEMAND_KINDS, *SETS):
        assert f"`{name}`" in words, name


def test_the_examples_of_the_documentation_load(tmp_path: Path) -> None:
    words = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    examples = [part.split("```")[0] for part in words.split("```toml\n")[1:]]
    for number, example in enumerate(examples):
        write(tmp_path, example, f"{number}.toml")
    profiles = load(tmp_path)
    assert profiles["our-call"].size_range == (6, 9)
    assert share_cap(profiles, "R2").maximum == 0.6


def test_a_small_lead_and_a_balanced_pair_are_allowed_in_eurostars_once_all_is_known() -> None:
    lead = Member("A", "A", "DE", Kind.SME, "A", 60.0, "coordinator")
    other = Member("B", "B", "FR", Kind.UNIVERSITY, "B", 40.0, "participant", False)
    verdict = check(PROFILES["eurostars-3"], [lead, other])
    assert verdict.answer == "met"
    assert (verdict.rule("R6").kind, verdict.rule("R6").answer) == ("attestation", "unknown")
    late = check(PROFILES["eurostars-3"], [lead, other], facts=ProjectFacts(duration_months=40))
    assert (late.answer, late.rule("R6").kind) == ("broken", "hard")
    assert check(PROFILES["eurostars-3"], [lead, replace(other, owner=None)]).answer == "unknown"
    assert check(PROFILES["eurostars-3"], [lead, replace(other, budget_eur=None)]).answer == "unknown"
    assert check(PROFILES["eurostars-3"], [lead, replace(other, budget_eur=70.0)]).answer == "broken"


def test_eureka_allows_a_pair_below_the_caps() -> None:
    members = [Member("A", "A", "DE", None, "A", 70.0), Member("B", "B", "TR", None, "B", 30.0)]
    assert check(PROFILES["eureka-network"], members).answer == "met"
    assert (
        check(PROFILES["eureka-network"], [members[0], replace(members[1], budget_eur=29.0)]).answer
        == "broken"
    )


def test_hop_on_brings_one_newcomer_from_a_widening_country() -> None:
    newcomer = Member("N", "N", "PL", None, "N", 450_000.0, "newcomer")
    old = Member("A", "A", "DE", None, "A", 50_000.0, "participant")
    facts = ProjectFacts(grant_eur=500_000)
    assert check(PROFILES["hop-on-2025"], [newcomer, old], facts=facts).answer == "met"
    already = replace(old, country="CZ")
    assert [
        rule.id for rule in check(PROFILES["hop-on-2025"], [newcomer, already], facts=facts).broken()
    ] == ["R2"]


def test_three_partners_of_central_europe_need_two_inside_the_programme_area() -> None:
    three = [Member("A", "A", "AT"), Member("B", "B", "PL"), Member("C", "C", "FR")]
    assert check(PROFILES["interreg-central-europe"], three).answer == "met"
    assert (
        check(PROFILES["interreg-central-europe"], [three[0], three[2], Member("D", "D", "DE")]).answer
        == "unknown"
    )
    assert (
        check(PROFILES["interreg-central-europe"], [three[0], three[2], Member("D", "D", "ES")]).answer
        == "broken"
    )
