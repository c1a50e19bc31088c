"""Which tables does an application for an overall project need? The same ones for the spreadsheet and the
document."""

from data.countries import country_name, to_eu
from matcher.integration.project import OverallProject
from service.exports.workbook import Sheet, workbook


def sheets(project: OverallProject) -> tuple[Sheet, ...]:
    """Participants, links, link matrix, state matrix, coverage, streams by state, checks, rules, losses."""
    return (
        participants(project),
        streams_by_state(project),
        links(project),
        link_matrix(project),
        state_matrix(project),
        coverage(project),
        rules(project),
        checks(project),
        losses(project),
    )


def overall_xlsx(project: OverallProject) -> bytes:
    """Return the evidence as one XLSX file."""
    return workbook(sheets(project), run=project.run)


def participants(project: OverallProject) -> Sheet:
    """Participants by work stream and state."""
    names = {stream.id: stream.name for stream in project.streams}
    order = {stream.id: k for k, stream in enumerate(project.streams)}
    rows = [
        (
            f"{p.stream}: {names[p.stream]}",
            to_eu(p.country),
            p.name,
            p.organisation,
            p.outline,
            p.title,
            ", ".join(p.second),
            p.links,
        )
        for p in sorted(project.participants, key=lambda p: (order[p.stream], to_eu(p.country), p.outline))
    ]
    header = (
        "Work stream",
        "State",
        "Participant",
        "Id",
        "Outline",
        "Title",
        "Also in",
        "Links across a border",
    )
    return Sheet("Participants", "Participants by work stream and state.", header, tuple(rows))


def streams_by_state(project: OverallProject) -> Sheet:
    """How many outlines each state has in each stream."""
    states = sorted({to_eu(p.country) for p in project.participants})
    rows = []
    for stream in project.streams:
        here = [to_eu(p.country) for p in project.participants if p.stream == stream.id]
        rows.append((f"{stream.id}: {stream.name}", *(here.count(state) for state in states), len(here)))
    total = [to_eu(p.country) for p in project.participants]
    rows.append(("All", *(total.count(state) for state in states), len(total)))
    header = ("Work stream", *states, "All")
    return Sheet("Streams by state", "Outlines of each state in each stream.", header, tuple(rows))


def links(project: OverallProject) -> Sheet:
    """Each collaboration with its ground."""
    place = {p.outline: p for p in project.participants}
    rows = []
    for link in sorted(project.links, key=lambda link: (-link.strength, link.a, link.b)):
        a, b = place[link.a], place[link.b]
        grounds = "; ".join(reason.text for reason in link.why)
        states = (to_eu(link.countries[0]), to_eu(link.countries[1]))
        known = "new" if link.new else "known"
        rows.append(
            (
                link.a,
                a.name,
                states[0],
                link.b,
                b.name,
                states[1],
                round(link.strength, 2),
                link.stream or "joins two",
                known,
                grounds,
            )
        )
    header = (
        "Outline",
        "Participant",
        "State",
        "With outline",
        "With participant",
        "With state",
        "Strength",
        "Stream",
        "Tie",
        "Grounds",
    )
    return Sheet("Links", "Collaborations across a border, the strongest first.", header, tuple(rows))


def link_matrix(project: OverallProject) -> Sheet:
    """Each participant's links across a border, by the partners' state."""
    states = sorted({to_eu(p.country) for p in project.participants})
    partners: dict[str, list[str]] = {p.outline: [] for p in project.participants}
    for link in project.links:
        partners[link.a].append(to_eu(link.countries[1]))
        partners[link.b].append(to_eu(link.countries[0]))
    rows = []
    for p in project.participants:
        theirs = partners[p.outline]
        cells = ["own" if state == to_eu(p.country) else theirs.count(state) or "" for state in states]
        rows.append((p.outline, p.name, to_eu(p.country), *cells, len(theirs)))
    header = ("Outline", "Participant", "State", *states, "All")
    about = "Links of each participant across a border, by the partners' state."
    return Sheet("Links by participant", about, header, tuple(rows))


def state_matrix(project: OverallProject) -> Sheet:
    """Links between each two states."""
    states, cells = project.state_matrix()
    rows = [
        (f"{to_eu(state)} {country_name(state)}", *row, sum(row))
        for state, row in zip(states, cells, strict=True)
    ]
    header = ("State", *(to_eu(state) for state in states), "All")
    return Sheet("Links by state", "Collaborations between each two states.", header, tuple(rows))


def coverage(project: OverallProject) -> Sheet:
    """Who covers each topic of the call."""
    rows = [
        (
            t.topic,
            t.name,
            "covered" if t.covered else "uncovered",
            round(t.nearness, 2),
            ", ".join(t.outlines),
            ", ".join(to_eu(state) for state in t.countries),
        )
        for t in project.coverage
    ]
    header = ("Topic", "Name", "Coverage", "Nearness", "By (nearest three)", "States")
    return Sheet("Coverage", "The call's topics and who covers them.", header, tuple(rows))


def rules(project: OverallProject) -> Sheet:
    """The call's rules over the whole and over each stream."""
    rows: list[tuple[object, ...]] = []
    panels = [("whole", project.rules), *((stream.id, stream.rules) for stream in project.streams)]
    for where, verdict in panels:
        for rule in verdict.rules if verdict else ():
            rows.append(
                (where, rule.id, rule.text, str(rule.answer), rule.found, rule.needed, rule.why, rule.source)
            )
    header = ("Over", "Rule", "Text", "Answer", "Found", "Needed", "Why", "Source")
    return Sheet("Rules", "The call's rules; the call text always prevails.", header, tuple(rows))


def checks(project: OverallProject) -> Sheet:
    """What a coordinator should look at."""
    rows: list[tuple[object, ...]] = [
        *(("isolated", outline, "has no link across a border") for outline in project.isolated),
        *(
            ("short", o, "has fewer links than the call asks for")
            for o in project.short
            if o not in project.isolated
        ),
        *(
            ("missing-country", to_eu(state), f"no outline from {country_name(state)}")
            for state in project.missing
        ),
        *((finding.kind, ", ".join(finding.about), finding.text) for finding in project.findings),
    ]
    return Sheet(
        "To look at", "What is not a rule but should be looked at.", ("What", "Who", "Text"), tuple(rows)
    )


def losses(project: OverallProject) -> Sheet:
    """What breaks when somebody drops out, and the links that would mend it."""
    rows = [
        (
            loss.kind,
            to_eu(loss.id) if loss.kind == "country" else loss.id,
            "; ".join(loss.breaks),
            round(loss.severity, 2),
            ", ".join(f"{a} with {b}" for a, b in loss.mend),
        )
        for loss in project.fragile
    ]
    header = ("Kind", "Who", "What breaks", "Severity", "Links that would mend it")
    return Sheet("Losses", "What breaks when somebody drops out, the most severe first.", header, tuple(rows))
