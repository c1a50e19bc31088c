"""Which tables tell who takes part and who works with whom? The same ones for the spreadsheet and the document."""

from data.countries import country_name, eu_or_unknown, to_eu
from matcher.overall.project import OverallProject
from service.exports import status
from service.exports.people import FICTIONAL, NEAR_TEXTS, OutlineLabels
from service.exports.workbook import Sheet, workbook


def sheets(project: OverallProject) -> tuple[Sheet, ...]:
    """Overview, participants, links, matrices, coverage, rules, checks, losses; changes where there are any."""
    return (
        overview_table(project),
        participants_table(project),
        streams_by_state_table(project),
        *(status.budgets_table(project, by) for by in ("stream", "country", "kind")),
        status.asked_table(project),
        status.tags_table(project),
        links_table(project),
        link_matrix_table(project),
        state_matrix_table(project),
        status.coverage_table(project),
        status.rules_table(project),
        status.attestations_table(project),
        status.findings_table(project),
        status.losses_table(project),
        *status.changes_tables(project),
    )


def overall_xlsx(project: OverallProject) -> bytes:
    """Return the evidence as one XLSX file."""
    return workbook(sheets(project), run=project.run, notice=FICTIONAL if project.fictional else "")


def overview_table(project: OverallProject) -> Sheet:
    """The overall project in figures."""
    participants = project.participants
    rows: tuple[tuple[object, ...], ...] = (
        ("Call", project.call),
        ("Outlines", len(participants)),
        ("Organisations", len({p.organisation for p in participants})),
        ("States", len(project.state_matrix.states)),
        ("Work streams", len(project.streams)),
        ("Collaborations across a border", len(project.links)),
        (
            "of these between organisations that have not worked together before",
            sum(x.new for x in project.links),
        ),
        ("Outlines without any collaboration", len(project.isolated)),
        (
            "Topics of the call that no outline was found to speak of",
            sum(not topic.covered for topic in project.coverage),
        ),
        ("Invited states without an outline", ", ".join(map(to_eu, project.missing)) or "none"),
        ("Hard rules of the call", str(project.rules.answer) if project.rules else "not asked"),
        ("Outlines whose sender asked for a stream of the project", len(project.wishes)),
        ("of these standing in another stream", len(project.elsewhere)),
        ("Budgets known (EUR)", sum(p.budget_eur for p in participants if p.budget_eur is not None)),
        ("Outlines without a known budget", sum(p.budget_eur is None for p in participants)),
        ("How good it is", project.claim),
        *(("Note", note) for note in project.notes),
    )
    return Sheet("Overview", "The overall project in figures.", ("What", "Found"), rows)


def participants_table(project: OverallProject) -> Sheet:
    """Participants by work stream and state."""
    names = {stream.id: stream.name for stream in project.streams}
    order = {stream.id: k for k, stream in enumerate(project.streams)}
    rows = [
        (
            names[p.stream],
            eu_or_unknown(p.country),
            p.name,
            p.title,
            "; ".join(names[second] for second in p.second),
            p.links,
            p.budget_eur,
            p.outline,
            p.organisation,
        )
        for p in sorted(
            project.participants, key=lambda p: (order[p.stream], eu_or_unknown(p.country), p.outline)
        )
    ]
    header = (
        "Work stream",
        "State",
        "Participant",
        "Outline",
        "Also in",
        "Links across a border",
        "Budget (EUR)",
        "Outline id",
        "Participant id",
    )
    return Sheet("Participants", "Participants by work stream and state.", header, tuple(rows))


def streams_by_state_table(project: OverallProject) -> Sheet:
    """How many outlines each state has in each stream."""
    states = sorted({eu_or_unknown(p.country) for p in project.participants})
    rows = []
    for stream in project.streams:
        here = [eu_or_unknown(p.country) for p in project.participants if p.stream == stream.id]
        rows.append((stream.name, *(here.count(state) or "" for state in states), len(here)))
    total = [eu_or_unknown(p.country) for p in project.participants]
    rows.append(("All", *(total.count(state) for state in states), len(total)))
    header = ("Work stream", *states, "All")
    return Sheet("Streams by state", "Outlines of each state in each stream.", header, tuple(rows))


def links_table(project: OverallProject) -> Sheet:
    """Each collaboration with its grounds."""
    place = {p.outline: p for p in project.participants}
    names = {stream.id: stream.name for stream in project.streams}
    labels, rows = OutlineLabels(project), []
    for link in sorted(project.links, key=lambda link: (-link.strength, link.a, link.b)):
        a, b = place[link.a], place[link.b]
        rows.append(
            (
                *(a.name, eu_or_unknown(a.country), a.title),
                *(b.name, eu_or_unknown(b.country), b.title),
                labels.grounds(link),
                names[link.stream] if link.stream else f"{names[a.stream]} with {names[b.stream]}",
                "new" if link.new else "known",
                round(link.strength, 2),
                link.a,
                link.b,
            )
        )
    header = (
        *("Participant", "State", "Outline"),
        *("With participant", "State", "Outline"),
        "Why",
        "Work stream",
        "Tie",
        "Strength",
        "Id",
        "With id",
    )
    about = f"Collaborations across a border, the strongest first. {NEAR_TEXTS}"
    return Sheet("Links", about, header, tuple(rows))


def link_matrix_table(project: OverallProject) -> Sheet:
    """Each participant's links across a border, by the partners' state."""
    states = sorted({eu_or_unknown(p.country) for p in project.participants})
    partners: dict[str, list[str]] = {p.outline: [] for p in project.participants}
    for link in project.links:
        partners[link.a].append(to_eu(link.countries[1]))
        partners[link.b].append(to_eu(link.countries[0]))
    rows = []
    for p in sorted(project.participants, key=lambda p: (eu_or_unknown(p.country), p.name, p.outline)):
        theirs = partners[p.outline]
        cells = [
            "own" if state == eu_or_unknown(p.country) else theirs.count(state) or "" for state in states
        ]
        rows.append((p.name, eu_or_unknown(p.country), p.title, *cells, len(theirs)))
    header = ("Participant", "State", "Outline", *states, "All")
    about = "Links of each participant across a border, by the partners' state."
    return Sheet("Links by participant", about, header, tuple(rows))


def state_matrix_table(project: OverallProject) -> Sheet:
    """Links between each two states."""
    matrix = project.state_matrix
    rows = [
        (f"{to_eu(state)} {country_name(state)}", *row, sum(row))
        for state, row in zip(matrix.states, matrix.links, strict=True)
    ]
    header = ("State", *map(to_eu, matrix.states), "All")
    return Sheet("Links by state", "Collaborations between each two states.", header, tuple(rows))
