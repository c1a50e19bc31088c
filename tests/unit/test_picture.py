"""Is the picture well-formed, shut to injected markup, and told in words?"""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.pages.picture import Dot, Line, chain, ring

SVG = "{http://www.w3.org/2000/svg}"
CENTRE = Dot("Nordlicht", "", "centre")


def dots(count: int) -> list[Dot]:
    return [
        Dot(f"Partner {n}", f"/network?organisation={n}&x=1", "abroad", "1 shared project")
        for n in range(count)
    ]


def test_each_dot_is_a_link_that_says_who_it_is() -> None:
    picture = ElementTree.fromstring(ring("Neighbourhood", CENTRE, dots(3), [1.0, 0.5, 0.1]))
    links = picture.findall(f"{SVG}a")
    assert [link.get("href") for link in links] == [f"/network?organisation={n}&x=1" for n in range(3)]
    assert links[0].get("aria-label") == "Partner 0. 1 shared project"
    assert [link.findtext(f"{SVG}text") for link in links] == ["1", "2", "3"]
    assert picture.findtext(f"{SVG}title") == "Neighbourhood"
    assert "joined to 3 others" in picture.findtext(f"{SVG}desc", "")


def test_a_line_is_as_wide_as_the_root_of_its_weight() -> None:
    picture = ElementTree.fromstring(ring("N", CENTRE, dots(2), [4.0, 1.0], [Line(0, 1, 4.0)]))
    widths = [line.get("stroke-width") for line in picture.findall(f"{SVG}line")]
    assert widths == ["10.0", "5.8"]  # 1.5 + 8.5, and 1.5 + 8.5 / 2 = 5.75
    assert [path.get("stroke-width") for path in picture.findall(f"{SVG}path")] == ["10.0"]


def test_a_long_name_is_cut_but_its_country_and_its_full_text_stay() -> None:
    dot = Dot("An organisation with a very long name indeed", "/x", "home", code="EL")
    picture = ElementTree.fromstring(ring("N", CENTRE, [dot], [1.0]))
    (link,) = picture.findall(f"{SVG}a")
    assert link.findall(f"{SVG}text")[1].text == "An organisation wit… (EL)"
    assert link.get("aria-label") == "An organisation with a very long name indeed (EL)"


def test_a_chain_tells_each_step() -> None:
    picture = ElementTree.fromstring(chain("From A to B", dots(3), ["2 shared projects", "1 shared project"]))
    steps = [text.text for text in picture.findall(f"{SVG}text")]
    assert steps == ["2 shared projects", "1 shared project"]
    assert len(picture.findall(f"{SVG}a")) == 3


def test_weights_and_steps_have_to_fit_the_dots() -> None:
    with pytest.raises(ValueError, match="2 dots need as many weights, not 1"):
        ring("N", CENTRE, dots(2), [1.0])
    with pytest.raises(ValueError, match="2 dots have 1 steps"):
        chain("N", dots(2), [])


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40), max_size=24))
def test_any_name_makes_a_well_formed_picture_and_stays_a_name(names: list[str]) -> None:
    named = [Dot(name, "/x", "home") for name in names]
    text = ring("N", CENTRE, named, [1.0] * len(names)).replace("￾", "").replace("￿", "")
    links = ElementTree.fromstring(text).findall(f"{SVG}a")
    assert len(links) == len(names)
    assert [child.tag for link in links for child in link if child.tag not in (f"{SVG}title",)] == [
        f"{SVG}circle",
        f"{SVG}text",
        f"{SVG}text",
    ] * len(names)


@given(st.integers(0, 40))
def test_every_dot_stays_inside_the_frame(count: int) -> None:
    picture = ElementTree.fromstring(ring("N", CENTRE, dots(count), [1.0] * count))
    high = float(picture.attrib["viewBox"].split()[3])
    for circle in picture.iter(f"{SVG}circle"):
        assert 160 <= float(circle.attrib["cx"]) <= 840
        assert 40 <= float(circle.attrib["cy"]) <= high - 40
