"""Does each kind of user reach the goal in a real browser, on a laptop and on a phone, by keyboard too?

A real server on a store with the demo call, in a process of its own; the encoder is the one without a
language model.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
PATIENCE_MS = 120_000
"""The solver compiles once where nobody has used it before."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} not found; apt-get install chromium"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KONSORT_")}
    environment |= {"KONSORT_HOME": str(home), "KONSORT_ENCODER": "hashing", "PYTHONUNBUFFERED": "1"}
    command = [
        sys.executable,
        "-c",
        "from service.terminal.cli import main; main()",
        "demo",
        "--home",
        str(home),
        "--port",
        "0",
    ]
    log = (home / "log").open("w+")
    with (
        log,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("Konsort is ready at "):
                    yield line.split()[4]
                    break
            else:
                log.seek(0)
                pytest.fail(f"the server ended before it was ready:\n{log.read()}")
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails the test if the browser complains of anything or would scroll sideways."""
    context = browser.new_context(viewport=request.param, base_url=address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith(address) else complaints.append(request.url)
    )
    yield page
    fits = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()
    assert complaints == []
    assert fits, "the page scrolls sideways"


def test_a_coordinator_finds_a_consortium_for_an_outline(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Find a consortium").click()
    page.get_by_label("Paste an outline").fill(
        "Wir betreiben ein Stahlwerk und suchen Partner für energiebewusste Planung am Rand der Cloud. "
        "Wir brauchen einen quelloffenen Orchestrator und Absicherung der Rechenzellen gegen Manipulation."
    )
    page.get_by_label("Call", exact=True).select_option("demo-industrial-cloud")
    page.get_by_text("Wishes: must-haves").click()
    page.get_by_label("Size").fill("5-7")
    page.get_by_role("button", name="Suggest consortia").click()
    column = page.get_by_role("article", name="Suggestion 1")
    expect(column).to_contain_text("coordinator")
    expect(page).to_have_title(re.compile("Consortia for “Wir betreiben ein Stahlwerk"))
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".sets a, .sets summary").and_(page.locator(":focus"))).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Size")).to_have_value("5-7")
    column.get_by_role("link", name="Suggestion 1", exact=True).press("Enter")
    expect(page.get_by_role("img", name="Members by country")).to_be_visible()
    first = page.get_by_role("article", name="Suggestion 1")
    expect(first).to_contain_text("Members")
    expect(first.get_by_role("listitem").first).to_contain_text("fictional")
    expect(first).to_contain_text("Met")
    expect(first).to_contain_text("The call text always prevails.")
    page.go_back()
    expect(page.get_by_label("Size")).to_have_value("5-7")


def test_a_coordinator_corrects_what_was_understood_by_keyboard(page: Page) -> None:
    page.goto("/suggest")
    page.get_by_label("Your organisation").press_sequentially("Kalmwerder")
    expect(page.locator("#coordinator-list option")).to_have_count(1)
    page.get_by_label("Paste an outline").fill(
        "We run ferries. We seek a shipyard, two ports in other\ncountries and, if possible, a museum."
    )
    page.get_by_label("Call", exact=True).select_option("demo-industrial-cloud")
    page.get_by_role("button", name="Suggest consortia").click()
    understood = page.get_by_role("region", name="What your outline asks for")
    expect(understood.get_by_role("listitem").filter(has_text="Change")).to_have_count(3)
    expect(page.get_by_role("article", name="Suggestion 1")).to_contain_text("Kalmwerder")
    understood.locator("summary", has_text="two ports in other countries").press("Enter")
    understood.get_by_label("How many").filter(visible=True).fill("3")
    understood.get_by_label("How many").filter(visible=True).press("Enter")
    understood = page.get_by_role("region", name="What you ask for")
    expect(understood).to_contain_text("3 × port")
    understood.get_by_role("button", name="Leave out: a museum").press("Enter")
    expect(understood.get_by_role("listitem").filter(has_text="Change")).to_have_count(2)
    understood.locator("summary", has_text="Add a need").press("Enter")
    understood.get_by_label("In your words").filter(visible=True).fill("ein Krankenhaus in Frankreich")
    understood.get_by_role("button", name="Ask again with these").press("Enter")
    expect(understood).to_contain_text("hospital")
    expect(understood).to_contain_text("France (FR)")
    page.get_by_role("link", name="Suggestion 1", exact=True).press("Enter")
    page.get_by_role("button", name="Swap members, what if somebody leaves (suggestion 1)").press("Enter")
    page.get_by_text("Change the set or the question").press("Enter")
    expect(page.get_by_text("What is sought stays as you corrected it: 3 needs.")).to_be_visible()
    page.get_by_role("button", name="Back to the suggestions").click()
    understood.get_by_role("button", name="Read the outline anew").press("Enter")
    expect(page.get_by_role("region", name="What your outline asks for")).to_contain_text("a museum")


def test_a_coordinator_learns_which_demands_conflict(page: Page) -> None:
    page.goto("/suggest?outline=DEMO-OUT-001&call=eurostars-3")
    page.get_by_text("Wishes: must-haves").click()
    page.get_by_label("Size").fill("1")
    page.get_by_role("button", name="Suggest consortia").click()
    expect(page.get_by_role("heading", name="No consortium is possible")).to_be_visible()
    expect(page.get_by_role("heading", name="Ways out")).to_be_visible()


def test_a_coordinator_wishes_for_kinds_and_countries(page: Page) -> None:
    page.goto("/suggest?outline=DEMO-OUT-058&call=demo-industrial-cloud")
    wishes = page.get_by_label("At least so many of")
    expect(wishes).to_be_hidden()
    page.get_by_text("More wishes: countries, kinds").click()
    wishes.fill("2 sme\n1 Malta")
    page.get_by_role("button", name="Suggest consortia").click()
    first = page.get_by_role("article", name="Suggestion 1")
    expect(first.get_by_title("Malta (MT)")).to_have_count(1)
    expect(wishes).to_have_value("2 sme\n1 Malta")
    wishes.fill("90 Malta")
    page.get_by_role("button", name="Suggest consortia").click()
    expect(page.get_by_role("heading", name="this demand cannot be met")).to_be_visible()


def test_a_coordinator_swaps_a_member_and_sees_what_if_somebody_leaves(page: Page) -> None:
    page.goto("/suggest?outline=DEMO-OUT-045&call=demo-industrial-cloud")
    page.get_by_text("Wishes: must-haves").click()
    page.get_by_label("Size").fill("5")
    page.get_by_role("button", name="Suggest consortia").click()
    page.get_by_role("link", name="Suggestion 1", exact=True).press("Enter")
    page.get_by_role("button", name="Swap members, what if somebody leaves (suggestion 1)").press("Enter")
    team = page.get_by_role("article", name="5 members")
    expect(team).to_contain_text("Without Poland (PL)")
    expect(team).to_contain_text("Breaks R6: at least four partners.")
    take = team.get_by_role("button", name="Take this swap").first
    incoming, outgoing = take.inner_text().split("\n")[-1].split(" for ")
    take.press("Enter")
    names = team.locator(".members > ol > li > .who a")
    expect(names.filter(has_text=incoming)).to_have_count(1)
    expect(names.filter(has_text=outgoing)).to_have_count(0)
    team.get_by_role("button", name=f"See the set without it {incoming}").click()
    expect(page.get_by_role("article", name="4 members")).to_contain_text("Hard rules: 1 met.")
    page.get_by_role("button", name="What do new ties cost in fit?").click()
    expect(page.get_by_role("row").nth(1).get_by_role("img", name="New ties")).to_be_visible()
    page.get_by_role("button", name="Steer this set").first.click()
    expect(page.get_by_role("article", name="5 members")).to_be_visible()


def test_a_list_of_members_is_checked_put_right_and_checked_again(page: Page) -> None:
    page.goto("/check")
    page.get_by_role("link", name="Start from a sample").click()
    page.get_by_label("Call", exact=True).select_option("demo-industrial-cloud")
    page.get_by_role("button", name="Check these members").click()
    expect(page.get_by_role("heading", name="Not allowed: a hard rule is broken")).to_be_visible()
    listed = page.get_by_role("textbox", name="Members")
    listed.fill(f"{listed.input_value()}\nDEMO-ORG-001,,DE,,,,,\n")
    listed.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Allowed: every hard rule is met")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("Brakenthal Antriebswerke AG")


def test_a_company_finds_partners_and_sees_why(page: Page) -> None:
    page.goto("/partners")
    page.get_by_label("Your organisation").press_sequentially("Kalmwerder")
    expect(page.locator("#organisation-list option")).to_have_count(1)
    page.get_by_role("button", name="Find partners").click()
    expect(page.get_by_role("heading", name="20 partners for Kalmwerder Rechenzentren GmbH")).to_be_visible()
    expect(page.locator(".partners > li").first.locator(".reasons li").first).not_to_be_empty()


def test_an_analyst_walks_from_an_organisation_to_its_neighbour(page: Page) -> None:
    page.goto("/network")
    page.get_by_label("An organisation").fill("DEMO-ORG-001")
    page.get_by_role("button", name="Show its neighbourhood").click()
    picture = page.get_by_role("group", name="Neighbourhood of Brakenthal Antriebswerke AG")
    expect(picture).to_be_visible()
    neighbour = page.get_by_role("table").get_by_role("link").first
    name = neighbour.inner_text()
    picture.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()


def test_an_analyst_finds_introductions_and_countries(page: Page) -> None:
    page.goto("/network")
    page.get_by_label("A pair: who asks").fill("DEMO-ORG-002")
    page.get_by_label("Whom they want to reach").fill("DEMO-ORG-040")
    page.get_by_role("button", name="Find introductions").click()
    expect(page.get_by_role("heading", name="From Kalmwerder Rechenzentren GmbH to")).to_be_visible()
    page.get_by_label("A country").select_option("DE")
    page.get_by_role("button", name="Show its partners").click()
    expect(page.get_by_role("group", name="Partner countries of Germany (DE)")).to_be_visible()


def test_a_whole_call_is_combined(page: Page) -> None:
    page.goto("/calls/demo-industrial-cloud")
    page.get_by_role("link", name="Combine them into one overall project").click()
    expect(page.get_by_role("heading", name="4 work streams")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == "demo-industrial-cloud.xlsx"


def test_a_coordinator_decides_by_keyboard_and_takes_it_back(page: Page) -> None:
    page.goto("/integrate?call=demo-industrial-cloud")
    decided = page.get_by_role("region", name="Your decisions")
    expect(decided).to_contain_text("Nothing is decided yet")
    decided.get_by_text("Decide something").press("Enter")
    form = decided.locator("form", has_text="Put an outline into a stream")
    form.get_by_label("Outline").fill("DEMO-OUT-004")
    form.get_by_label("Stream").select_option("applications")
    form.get_by_role("button", name="Put it there").press("Enter")
    expect(decided).to_contain_text("is in the stream “Advanced applications”.")
    expect(page.get_by_text("What changed against the proposal before")).to_be_visible()
    page.get_by_role("article").get_by_role("link", name="Advanced applications").press("Enter")
    page.get_by_label("Words").fill("Lennegrund")
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    listed = page.get_by_role("region", name="Outlines")
    expect(listed).to_contain_text("Wirtschaftsförderung Lennegrund GmbH")
    expect(listed).to_contain_text("Advanced applications")
    decided.get_by_role("button", name="Take back the decision that “Ein Rechenzentrum").press("Enter")
    expect(decided).to_contain_text("Nothing is decided yet")


def test_a_state_that_would_leave_is_kept_as_gone_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, base_url=address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/integrate?call=demo-industrial-cloud&without=HU")
    page.get_by_role("button", name="They have left: keep it so").click()
    decided = page.get_by_role("region", name="Your decisions")
    expect(decided).to_contain_text("Pannonveréb Akkumulátor Kft., HU) has left.")
    decided.get_by_role("button", name="Take back").click()
    expect(decided).to_contain_text("Nothing is decided yet")
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/suggest?outline=DEMO-OUT-001",
        "/suggest?outline=DEMO-OUT-001&call=demo-industrial-cloud",
        "/suggest?outline=DEMO-OUT-001&call=demo-industrial-cloud&show=2",
        "/organisations/DEMO-ORG-001",
        "/outlines/DEMO-OUT-001",
        "/projects/DEMO-P-24",
        "/partners?organisation=DEMO-ORG-002&countries=FR",
        "/network?country=FR",
        "/network?a=DEMO-ORG-001&b=DEMO-ORG-005",
        "/steer?outline=DEMO-OUT-058&call=demo-industrial-cloud&members=DEMO-ORG-058%0ADEMO-ORG-019",
        "/tradeoff?outline=DEMO-OUT-001&call=demo-industrial-cloud",
        "/check",
        "/calls",
        "/calls/demo-industrial-cloud",
        "/integrate?call=demo-industrial-cloud",
    ],
)
def test_no_page_scrolls_sideways_or_makes_the_browser_complain(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_keyboard_alone_is_enough(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=LAPTOP, base_url=address)
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/partners")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your organisation")).to_be_focused()
    page.keyboard.type("DEMO-ORG-001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="partners for Brakenthal Antriebswerke AG")).to_be_visible()
    page.goto("/network?organisation=DEMO-ORG-001")
    first = page.locator("svg.picture a").first
    first.focus()
    goal = first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{goal}")
    page.close()


def test_it_works_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, base_url=address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/suggest")
    page.get_by_role("button", name="Suggest consortia").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the call whose rules apply.")
    page.get_by_label("Or name a stored one").fill("DEMO-OUT-002")
    page.get_by_label("Call", exact=True).select_option("demo-industrial-cloud")
    page.get_by_role("button", name="Suggest consortia").click()
    expect(page.get_by_role("article", name="Suggestion 1")).to_be_visible()
    understood = page.get_by_role("region", name="What your outline asks for")
    needs = understood.get_by_role("button", name="Leave out")
    before = needs.count()
    needs.first.click()
    expect(
        page.get_by_role("region", name="What you ask for").get_by_role("button", name="Leave out")
    ).to_have_count(before - 1)
    context.close()


def test_text_stands_out_from_its_ground_in_light_and_dark(browser: Browser, address: str) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3) for the colours that text is written in."""
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, base_url=address)
        page = context.new_page()
        page.goto("/")
        read = "n => getComputedStyle(document.documentElement).getPropertyValue('--' + n).trim()"
        colour = {
            name: _luminance(page.evaluate(read, name))
            for name in (
                *("ink", "quiet", "link", "paper", "surface", "sunk", "accent", "accent-ink"),
                *("met", "broken", "unknown", "met-soft", "broken-soft", "unknown-soft"),
                *("home", "abroad", "heat-4", "heat-5"),
            )
        }
        pairs = [
            (text, ground) for text in ("ink", "quiet", "link") for ground in ("paper", "surface", "sunk")
        ]
        for name in ("met", "broken", "unknown"):
            pairs += [(name, ground) for ground in (f"{name}-soft", "surface", "sunk")]
        pairs += [("ink", f"{name}-soft") for name in ("met", "broken", "unknown")]
        pairs += [("quiet", f"{name}-soft") for name in ("met", "broken", "unknown")]
        pairs += [
            ("accent-ink", "accent"),
            ("surface", "heat-4"),
            ("surface", "heat-5"),
            ("surface", "abroad"),
        ]
        low = {pair: ratio for pair in pairs if (ratio := _contrast(*(colour[name] for name in pair))) < 4.5}
        assert low == {}, scheme
        # Large bold figures on the dots: 3 to 1 is asked.
        assert _contrast(colour["surface"], colour["home"]) >= 3
        context.close()


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
