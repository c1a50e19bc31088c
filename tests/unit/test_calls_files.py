"""Profile files to the letter: how layers lie over each other, what is refused at which line, what is told in words."""

import datetime as dt
from pathlib import Path

import pytest

from data.calls import CallProfile, WorkStream, describe, layer_profiles, load_profiles
from data.countries import FACTS_AS_OF
from data.demands import (
    AnyOf,
    Attestation,
    CountRange,
    DistinctRepresentatives,
    Hardness,
    Layer,
    MemberBudget,
    MustHave,
    Selector,
    SubCount,
    Unit,
)
from data.errors import BadInput, BadProfile
from data.model import CallId, Kind
from data.profile_files import parse_profile

BASE = """id = "base"
title = "Base"
programme = "Own"
source = "the text"
valid_from = 2021-01-01
valid_until = 2021-12-31

[[demand]]
id = "R1"
kind = "count"
text = "three members"
minimum = 3

[[demand]]
id = "R2"
kind = "attestation"
text = "a civil purpose"
"""

TWO = 'kind = "distinct-representatives"\ncount = 2\n'


def layered(*texts: str, layer: Layer = Layer.PROGRAMME) -> dict[str, CallProfile]:
    files = [parse_profile(f"{k}.toml", text.encode(), layer=layer) for k, text in enumerate(texts)]
    return {str(call): profile for call, profile in layer_profiles(files).items()}


def refusal(*texts: str) -> str:
    with pytest.raises(BadProfile) as caught:
        layered(*texts)
    return str(caught.value)


def one_demand(text: str) -> str:
    header = 'id = "own"\ntitle = "Own"\nprogramme = "Own"\nsource = "own"\n'
    return f'{header}[[demand]]\nid = "R1"\ntext = "a rule"\n{text}\n'


def test_an_extension_keeps_replaces_removes_and_adds() -> None:
    extension = """id = "ours"
extends = "base"
remove = ["R2"]
valid_until = 2022-12-31
topics = ["cloud", "edge"]
[[override]]
id = "R1"
maximum = 9
[[demand]]
id = "U1"
kind = "must-have"
text = "A takes part"
source = "us"
organisations = ["A"]
"""
    # The order of files does not matter: a base may come after what extends it.
    profile = layered(extension, BASE)["ours"]
    assert (profile.title, profile.programme, profile.source) == ("Base (ours)", "Own", "the text")
    assert (profile.valid_from, profile.valid_until) == (dt.date(2021, 1, 1), dt.date(2022, 12, 31))
    assert (profile.lineage, profile.topics) == (("base", "ours"), ("cloud", "edge"))
    assert [demand.id for demand in profile.demands] == ["R1", "U1"]
    size = profile.demand("R1")
    assert isinstance(size, CountRange)
    assert (size.minimum, size.maximum, size.source) == (3, 9, "the text")
    with pytest.raises(KeyError, match="R2"):
        profile.demand("R2")


def test_a_title_of_its_own_replaces_the_inherited_one() -> None:
    assert layered(BASE, 'id = "ours"\nextends = "base"\ntitle = "Ours"\n')["ours"].title == "Ours"


def test_amendments_follow_each_other_and_leave_id_and_lineage() -> None:
    first = 'amends = "base"\n[[override]]\nid = "R1"\nminimum = 4\n'
    second = 'amends = "base"\nnote = "twice"\n[[override]]\nid = "R1"\nmaximum = 5\n'
    profiles = layered(BASE, first, second)
    size = profiles["base"].demand("R1")
    assert isinstance(size, CountRange)
    assert (size.minimum, size.maximum) == (4, 5)
    assert (profiles["base"].note, profiles["base"].lineage, list(profiles)) == ("twice", ("base",), ["base"])


def test_an_amended_base_reaches_those_who_extend_it() -> None:
    amendment = 'amends = "base"\n[[override]]\nid = "R1"\nminimum = 4\n'
    size = layered('id = "a"\nextends = "base"\n', BASE, amendment)["a"].demand("R1")
    assert isinstance(size, CountRange)
    assert size.minimum == 4


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((BASE, BASE), "1.toml:1: profile base is already in 0.toml: use amends to change it"),
        ((BASE, '\namends = "bass"\n'), "1.toml:2: no profile 'bass' to amend; known: base"),
        ((BASE, 'id = "a"\nextends = "bass"\n'), "1.toml:2: no profile 'bass' to extend; known: a, base"),
        (
            ('id = "a"\nextends = "b"\n', 'id = "b"\nextends = "a"\n'),
            "1.toml:2: profiles extend each other in a circle: a, b",
        ),
        ((BASE, 'id = "a"\nextends = "base"\nremove = ["R9"]\n'), "1.toml:3: no demand 'R9' to remove"),
        (
            (BASE, 'amends = "base"\n\n[[override]]\nid = "R9"\nminimum = 1\n'),
            "1.toml:3: no demand 'R9' to override",
        ),
        (
            (BASE, 'amends = "base"\n[[demand]]\nid = "R2"\nkind = "attestation"\ntext = "x"\nsource = "y"\n'),
            "1.toml:3: demand R2 is inherited: use [[override]] to change it",
        ),
        (('id = "a"\ntitle = "A"\nprogramme = "P"\n',), "0.toml:1: a profile that extends none needs source"),
        (
            (BASE, 'amends = "base"\nvalid_from = 2022-01-01\n'),
            "1.toml:2: valid_from 2022-01-01 is after valid_until 2021-12-31",
        ),
        (('note = "neither"\n',), "0.toml:1: a profile needs either id (a new profile) or amends (a change of one)"),
        (('note = "both"\nid = "a"\namends = "b"\n',), "0.toml:1: a profile needs either id"),
        (('\nid = 7\n',), "0.toml:2: id must be a text in quotes, not 7"),
        (('id = "a"\nvalid_from = 2021-01-01T00:00:00\n',), "0.toml:2: valid_from must be a date"),
        (('id = "a"\nfictional = "yes"\n',), "0.toml:2: fictional must be true or false, not 'yes'"),
        (('id = "a"\ntopics = "cloud"\n',), "0.toml:2: topics must be a list in [ ], not 'cloud'"),
        (('id = "a"\nprogram = "P"\n',), "0.toml:2: unknown key 'program': did you mean 'programme'?"),
        (('id = "a"\nqqqq = "P"\n',), "0.toml:2: unknown key 'qqqq'; known: amends, demand, extends, fictional"),
        (('id = "a"\n\nnonsense\n',), "0.toml:3: not valid TOML"),
        (('id = "a"\n"',), "0.toml:2: not valid TOML"),
        (("amends = 'base'\n\n[[override]]\nminimum = 1\n",), "0.toml:3: an override needs the id"),
    ],
)  # fmt: skip
def test_a_wrong_layer_is_refused_at_its_line(texts: tuple[str, ...], expected: str) -> None:
    assert refusal(*texts).startswith(expected)


def test_a_profile_may_be_valid_for_a_single_day() -> None:
    profile = layered(BASE, 'amends = "base"\nvalid_from = 2021-12-31\n')["base"]
    assert profile.valid_from == profile.valid_until == dt.date(2021, 12, 31)


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        ('kind = "count"\nminimum = -1', ":9: minimum must be 0 or more, not -1"),
        ('kind = "count"\nmaximum = -1', ":9: maximum must be 0 or more, not -1"),
        ('kind = "count"\nminimum = 3\nmaximum = 2', ":9: minimum 3 is above maximum 2"),
        ('kind = "count"\nminimum = 1.5', ":9: minimum must be a whole number, not 1.5"),
        ('kind = "count"\nminimum = 1\nmembers = "MS"', ":10: members must be a table in { }, not 'MS'"),
        ('kind = "count"\nminimum = 1\nmembers = { countrys = [] }', ":10: members: unknown key 'countrys': did"),
        ('kind = "count"\nminimum = 1\nmembers = { countries = "MS" }', ":10: members.countries must be a list in [ ]"),
        ('kind = "count"\nminimum = 1\nmembers = { countries = ["de"] }', ":10: members: unknown country or set 'de'"),
        ('kind = "count"\nminimum = 1\nmembers = { not_countries = ["MSS"] }', ":10: members: unknown country"),
        ('kind = "count"\nminimum = 1\nmembers = { sme = "no" }', ":10: members.sme must be true or false, not 'no'"),
        ('kind = "count"\nminimum = 1\nof = "member"', ":10: unknown value 'member': did you mean 'members'?"),
        ('kind = "count"\nminimum = 1\nverified = 1', ":10: verified must be true or false, not 1"),
        ('kind = "count"\nminimum = 1\nsource = ""', ":10: source must be a text in quotes, not ''"),
        ('kind = "share-cap"\nof = "members"\nmaximum = 1.1', ":10: maximum is a share between 0 and 1"),
        ('kind = "share-cap"\nof = "members"\nmaximum = true', ":10: maximum must be a number, not True"),
        ('kind = "share"\nmembers = {}\nminimum = 2', ":10: minimum is a share between 0 and 1 (70 % is 0.7), not 2.0"),
        ('kind = "must-have"\norganisations = [7]', ":9: organisations must be a text in quotes, not 7"),
        ('kind = "distinct-representatives"\ncount = 0\ncountries = 0', ":9: count must be 1 or more, not 0"),
        (f'{TWO}countries = -1', ":10: countries must be between 0 and count (2)"),
        (
            f'{TWO}countries = 2\nof_which = [{{ minimum = 3, countries = ["MS"] }}]',
            ":11: of_which: minimum must be between 1 and count (2)",
        ),
        (
            f'{TWO}countries = 2\nof_which = [{{ minimum = 0, countries = ["MS"] }}]',
            ":11: of_which: minimum must be between 1 and count (2)",
        ),
        (
            'kind = "distinct-representatives"\ncount = 2\ncountries = 2\nof_which = [{ countries = ["MS"] }]',
            ":11: of_which needs minimum",
        ),
        ('kind = "any-of"\noptions = []', ":9: options must be a list of lists of demands"),
        ('kind = "any-of"\noptions = "two"', ":9: options must be a list of lists of demands"),
        ('kind = "any-of"\noptions = [{ kind = "count" }]', ":9: options must be a list of lists of demands"),
        ('kind = "any-of"\noptions = [["two"]]', ":5: a demand must be a table in { }, not 'two'"),
        ("kind = 7", ":8: unknown kind '7'; known: all-members"),
        ('kind = "attestation"\n[[demand]]\nid = "R1"\nkind = "attestation"\ntext = "x"',
         ":10: demand R1 is there twice"),
    ],
)  # fmt: skip
def test_a_wrong_demand_is_refused_at_its_line(demand: str, expected: str) -> None:
    assert refusal(one_demand(demand)).startswith(f"0.toml{expected}")


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ('id = "a"\ntitle = "A"', "2: a work stream needs description as a text"),
        ('id = "a"\ntitle = ""\ndescription = "d"', "4: a work stream needs title as a text"),
        (
            'id = "a"\ntitle = "A"\ndescription = "d"\nlead = "x"',
            "6: unknown key 'lead'; known: description, id",
        ),
    ],
)
def test_a_wrong_work_stream_is_refused_at_its_line(stream: str, expected: str) -> None:
    assert refusal(f'id = "a"\n[[work_stream]]\n{stream}\n').startswith(f"0.toml:{expected}")


def test_numbers_at_their_bounds_are_taken() -> None:
    taken = (
        'kind = "count"\nminimum = 0\nmaximum = 0',
        'kind = "share-cap"\nof = "members"\nmaximum = 1',
        'kind = "share"\nmembers = {}\nminimum = 0',
        'kind = "distinct-representatives"\ncount = 1\ncountries = 0',
        'kind = "distinct-representatives"\ncount = 2\ncountries = 2\nof_which = [{ minimum = 2, countries = ["MS"] }]',
    )
    for text in taken:
        assert len(layered(one_demand(text))["own"].demands) == 1


def test_every_sort_of_value_is_read() -> None:
    text = """kind = "distinct-representatives"
source = "Article 1"
hardness = "soft"
layer = "national"
justification = "the nature"
only_if = { kinds = ["sme"], roles = ["lead"], not_roles = ["newcomer"] }
count = 3
countries = 2
independent = false
members = { countries = ["MS", "CH"], not_countries = ["FR"], sme = true }
of_which = [{ minimum = 1, countries = ["MS"] }]"""
    (demand,) = layered(one_demand(text))["own"].demands
    assert demand == DistinctRepresentatives(
        id="R1",
        text="a rule",
        source="Article 1",
        hardness=Hardness.SOFT,
        layer=Layer.NATIONAL,
        justification="the nature",
        only_if=Selector(kinds=(Kind.SME,), roles=("lead",), not_roles=("newcomer",)),
        count=3,
        countries=2,
        independent=False,
        members=Selector(countries=("MS", "CH"), not_countries=("FR",), sme=True),
        of_which=(SubCount(minimum=1, countries=("MS",)),),
    )


def test_the_parts_of_an_option_inherit_source_and_layer_and_are_numbered() -> None:
    text = """kind = "any-of"
options = [
  [{ kind = "count", text = "one", minimum = 1 }],
  [{ kind = "count", text = "two", minimum = 2 }, { kind = "member-budget", text = "rich", minimum_eur = 5 }],
]"""
    (demand,) = layered(one_demand(text), layer=Layer.USER)["own"].demands
    assert isinstance(demand, AnyOf)
    assert [[part.id for part in option] for option in demand.options] == [["R1.1a"], ["R1.2a", "R1.2b"]]
    rich = demand.options[1][1]
    assert rich == MemberBudget(id="R1.2b", text="rich", source="own", layer=Layer.USER, minimum_eur=5.0)


def test_what_a_user_states_says_so_and_counts_as_verified() -> None:
    recalled = one_demand('kind = "must-have"\norganisations = ["A"]\nverified = false')
    user = parse_profile(
        "mine.toml", b'amends = "own"\n[[override]]\nid = "R1"\nat_least = 1\n', layer=Layer.USER
    )
    programme = parse_profile("own.toml", recalled.encode(), layer=Layer.PROGRAMME)
    (demand,) = layer_profiles([programme, user])[CallId("own")].demands
    assert demand == MustHave(
        id="R1",
        text="a rule",
        source="set in mine.toml",
        layer=Layer.USER,
        organisations=("A",),
        at_least=1,
    )


def test_a_users_profile_has_its_file_for_a_source() -> None:
    text = 'id = "own"\ntitle = "Own"\nprogramme = "Own"\n[[demand]]\nid = "R1"\nkind = "attestation"\ntext = "x"\n'
    profile = layered(text, layer=Layer.USER)["own"]
    assert (profile.source, profile.demands[0].source) == ("set in 0.toml", "set in 0.toml")
    assert "needs source" in refusal(text)


def test_the_day_of_the_country_sets_is_the_last_one_known_and_valid() -> None:
    profile = layered(BASE)["base"]
    assert profile.reference_date == dt.date(2021, 12, 31)
    assert layered(BASE.replace("2021-12-31", "2099-12-31"))["base"].reference_date == FACTS_AS_OF
    assert layered(BASE.replace("valid_until = 2021-12-31\n", ""))["base"].reference_date == FACTS_AS_OF


def test_the_size_is_the_tightest_of_the_hard_rules_about_all_members() -> None:
    rules = (
        CountRange(id="1", text="x", source="x", minimum=3, maximum=9),
        CountRange(id="2", text="x", source="x", minimum=4, maximum=8),
        CountRange(id="3", text="x", source="x", minimum=5, hardness=Hardness.SOFT),
        CountRange(id="4", text="x", source="x", minimum=6, of=Unit.COUNTRIES),
        CountRange(id="5", text="x", source="x", minimum=7, maximum=7, members=Selector(sme=True)),
        Attestation(id="6", text="x", source="x"),
    )
    profile = CallProfile(id=CallId("c"), title="C", programme="P", source="s", demands=rules)
    assert profile.size_range == (4, 8)
    assert CallProfile(id=CallId("c"), title="C", programme="P", source="s", demands=()).size_range == (
        None,
        None,
    )


def test_a_file_that_is_no_profile_is_left_alone_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(BASE, encoding="utf-8")
    (tmp_path / "readme.txt").write_text("not a profile", encoding="utf-8")
    assert "base" in load_profiles([tmp_path])
    with pytest.raises(BadInput, match=r"no profile file or folder at .*nowhere\.toml: check the path"):
        load_profiles([tmp_path / "nowhere.toml"])


def test_a_profile_in_plain_words() -> None:
    profile = CallProfile(
        id=CallId("ours"),
        title="Our call",
        programme="Own",
        source="the text",
        demands=(
            CountRange(id="R1", text="three members", source="Art. 1", minimum=3, verified=False),
            CountRange(
                id="R2",
                text="four countries",
                source="Art. 2",
                minimum=4,
                hardness=Hardness.SOFT,
                layer=Layer.NATIONAL,
                justification="the nature",
            ),
            Attestation(id="R3", text="a civil purpose", source="Art. 3"),
        ),
        valid_from=dt.date(2021, 1, 2),
        lineage=(CallId("base"), CallId("middle"), CallId("ours")),
        work_streams=(WorkStream("a", "Stream A", "What A does."),),
        note="A note.",
        fictional=True,
    )
    assert describe(profile).splitlines() == [
        "ours: Our call",
        "Programme: Own",
        "Source: the text",
        "Fictional: written for demonstration.",
        "Valid: 02.01.2021 to today",
        "Extends: base < middle",
        "A note.",
        "",
        "R1 (must, figure not verified): three members",
        "    source: Art. 1",
        "R2 (should, national layer): four countries",
        "    otherwise justify: the nature",
        "    source: Art. 2",
        "R3 (to be attested): a civil purpose",
        "    source: Art. 3",
        "Work stream a: Stream A. What A does.",
        "",
        "The call text always prevails.",
    ]


def test_the_words_tell_only_what_there_is() -> None:
    profile = CallProfile(
        id=CallId("c"),
        title="C",
        programme="P",
        source="s",
        demands=(),
        valid_until=dt.date(2022, 3, 4),
        lineage=(CallId("c"),),
    )
    assert describe(profile).splitlines()[3:] == [
        "Valid: the beginning to 04.03.2022",
        "",
        "",
        "The call text always prevails.",
    ]
