"""Is every answer, of every address and every command, what the published description says, and nothing beside it?"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator

from service.app.open import open_application
from service.problems import MEDIA_TYPE
from service.runtime.settings import Settings
from service.terminal.cli import main
from service.web.app import create_app

CALL = "demo-industrial-cloud"
OUTLINE = "DEMO-OUT-058"
TEAM = ["DEMO-ORG-058", "DEMO-ORG-037", "DEMO-ORG-044", "DEMO-ORG-021"]
TEXT = "A data space for water utilities with leak sensors at the edge. We seek sensor makers and a cloud provider."
QUESTION = {"call": CALL, "outline": OUTLINE}
LATE = {
    "call": CALL,
    "id": "LATE-1",
    "title": "Leak sensors for ports",
    "text": TEXT,
    "organisation": "Late Sensors SA",
    "budget_eur": 1e6,
}
MEMBERS = [{"organisation": one} for one in TEAM]
REQUESTS: tuple[tuple[str, str, str, dict[str, Any] | None], ...] = (
    ("post", "/suggest", "", QUESTION),
    ("post", "/suggest", "", {"call": CALL, "text": TEXT, "size": "1-2"}),
    (
        "post",
        "/suggest",
        "",
        QUESTION | {"needs": [{"text": "deux ports hors de France"}, {"types": ["Hafen"]}]},
    ),
    ("post", "/read", "", {"outline": OUTLINE}),
    ("post", "/steer", "", QUESTION | {"members": TEAM}),
    ("post", "/tradeoff", "", QUESTION),
    ("post", "/partners", "", {"organisation": "DEMO-ORG-001", "call": CALL}),
    ("post", "/why", "", {"organisation": "DEMO-ORG-044", "outline": "DEMO-OUT-028"}),
    ("post", "/rank", "", {"queries": [{"id": "q", "text": TEXT}], "limit": 3}),
    ("post", "/check", "", {"call": CALL, "members": [{"id": TEAM[0]}, {"id": "X", "country": "EL"}]}),
    ("post", "/calls/{call}/decisions", "", {"kind": "together", "about": ["DEMO-OUT-001", "DEMO-OUT-002"]}),
    ("get", "/calls/{call}/decisions", "", None),
    ("post", "/integrate", "", {"call": CALL}),
    ("delete", "/calls/{call}/decisions", "?key=together:DEMO-OUT-001,DEMO-OUT-002", None),
    ("post", "/integrate", "", {"call": CALL, "without": ["FR"]}),
    ("get", "/graph/around", "?organisation=DEMO-ORG-021", None),
    ("get", "/graph/path", "?a=DEMO-ORG-021&b=DEMO-ORG-002", None),
    ("get", "/graph/country", "?country=EL", None),
    ("get", "/graph/matrix", "", None),
    ("get", "/graph/summary", "", None),
    ("get", "/calls", "", None),
    ("get", "/calls/{call}", "", None),
    ("get", "/types", "", None),
    ("get", "/outlines", f"?call={CALL}", None),
    ("get", "/organisations", "?text=a&country=EL", None),
    ("get", "/organisations/{owner}/projects", "?limit=1", None),
    ("get", "/projects/{project}", "", None),
    ("post", "/consortia", "", {"name": "K", "call": CALL, "members": MEMBERS, "outline": OUTLINE}),
    ("get", "/consortia", "", None),
    ("put", "/consortia/{kept}/members", "", {"members": MEMBERS[:2]}),
    ("post", "/consortia/{kept}/comments", "", {"text": "Two are too few."}),
    ("get", "/consortia/{kept}", "", None),
    ("delete", "/consortia/{kept}", "", None),
    (
        "post",
        "/organisations",
        "",
        {"name": "Late Sensors SA", "country": "FR", "kind": "sme", "profile": "Leaks."},
    ),
    ("get", "/organisations/{name}", "", None),
    ("patch", "/organisations/{name}", "", {"city": "Lyon", "profile": None}),
    ("put", "/organisations/{name}/withdrawal", "", None),
    ("delete", "/organisations/{name}/withdrawal", "", None),
    ("post", "/outlines", "", LATE),
    ("get", "/outlines/{late}", "", None),
    ("patch", "/outlines/{late}", "", {"seeks": "Harbour authorities.", "country": "EL"}),
    ("put", "/outlines/{late}/withdrawal", "", None),
    ("delete", "/outlines/{late}/withdrawal", "", None),
    ("delete", "/outlines/{late}", "", None),
    ("put", "/organisations/{name}/merged", "", {"into": "DEMO-ORG-058"}),
    ("put", "/audit/{change}/undone", "", None),
    ("delete", "/organisations/{name}", "", None),
    ("get", "/duplicates", "?limit=5", None),
    ("put", "/duplicates", "", {"keep": "DEMO-ORG-058", "other": "DEMO-ORG-001", "same": False}),
    ("get", "/audit", "?limit=3", None),
    ("put", "/audit/{change}/undone", "", None),
)
"""Method, address, query and body; the answers hold a decision and a change, so that these are looked at too."""
REFUSED: tuple[tuple[str, str, dict[str, Any] | None, int], ...] = (
    ("post", "/suggest", {"cal": CALL, "outline": OUTLINE}, 422),
    ("post", "/suggest", QUESTION | {"needs": [{"types": ["flying carpet"]}]}, 422),
    ("post", "/suggest", QUESTION | {"needs": [{}]}, 422),
    ("post", "/read", {"outline": OUTLINE, "text": TEXT}, 422),
    ("post", "/check", {"call": "nothing", "members": [{"id": "X"}]}, 404),
    ("get", "/nowhere", None, 404),
    ("delete", "/suggest", None, 405),
)


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[FlaskClient]:
    application = open_application(Settings.from_env({}, home=str(home)))
    yield create_app(application).test_client()
    application.close()


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return document


def misfits(answer: object, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Where an answer is not what a schema of the document says."""
    whole = {**schema, "components": document["components"]}
    errors = Draft202012Validator(whole).iter_errors(answer)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in errors]


def test_every_object_in_an_answer_is_closed(described: dict[str, Any]) -> None:
    shapes = described["components"]["schemas"]
    objects = [name for name, shape in shapes.items() if "properties" in shape]
    assert {"Suggestions", "OverallProject", "Alternative", "KeptDecision", "Problem"} <= set(objects)
    assert [name for name in objects if shapes[name].get("additionalProperties") is not False] == []


def _published(path: str) -> str:
    names = {"{name}": "{organisation}", "{late}": "{outline}", "{owner}": "{organisation}"}
    names["{kept}"] = "{consortium}"
    for ours, published in names.items():
        path = path.replace(ours, published)
    return path


def test_every_address_is_asked(described: dict[str, Any]) -> None:
    published = {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert {(method, _published(f"/api/v1{address}")) for method, address, _, _ in REQUESTS} == published


@pytest.mark.parametrize(("method", "address", "query", "body"), REQUESTS)
def test_every_answer_over_http_is_as_described(
    client: FlaskClient,
    described: dict[str, Any],
    method: str,
    address: str,
    query: str,
    body: dict[str, Any] | None,
) -> None:
    path = f"/api/v1{address}"
    newest = client.get("/api/v1/audit?limit=1").get_json()["changes"]
    words = {"call": CALL, "name": "Late Sensors SA", "late": LATE["id"], "change": newest[0]["id"]}
    words |= {"owner": "DEMO-ORG-001", "project": "DEMO-P-24", "kept": _kept(client)}
    asked = path.format(**words) + query
    answer = client.open(asked, method=method, json=body)
    assert answer.status_code == 200, answer.text
    schema = described["paths"][_published(path)][method]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert misfits(answer.get_json(), schema, described) == []


def _kept(client: FlaskClient) -> str:
    """The id of the consortium that is kept, if one is."""
    heads = client.get("/api/v1/consortia").get_json()["consortia"]
    return heads[0]["id"] if heads else "none"


@pytest.mark.parametrize(("method", "address", "body", "status"), REFUSED)
def test_every_refusal_is_as_described(
    client: FlaskClient,
    described: dict[str, Any],
    method: str,
    address: str,
    body: dict[str, Any] | None,
    status: int,
) -> None:
    answer = client.open(f"/api/v1{address}", method=method, json=body)
    assert (answer.status_code, answer.mimetype) == (status, MEDIA_TYPE)
    assert misfits(answer.get_json(), {"$ref": "#/components/schemas/Problem"}, described) == []


WORDS = ("--outline", OUTLINE, "--call", CALL)
DAY = ("--start", "2027-03-09T09:00+00:00", "--end", "2027-03-09T12:00+00:00", "--tables", "5")
OF = ("--organisation", "DEMO-ORG-058")
COMMANDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("read", "Statements", ("--outline", OUTLINE)),
    ("suggest", "Suggestions", WORDS),
    ("suggest", "Suggestions", (*WORDS, "--need", "zwei Museen")),
    ("suggest", "Suggestions", (*WORDS, "--size", "1-2")),
    ("steer", "Steering", (*WORDS, *TEAM)),
    ("tradeoff", "TradeOff", WORDS),
    ("partners", "Partners", ("DEMO-ORG-001",)),
    ("why", "Why", ("DEMO-ORG-044", "--outline", "DEMO-OUT-028")),
    ("check", "Verdict", ("--call", CALL, "members.csv")),
    ("import demo", "Imported", ("--dry-run",)),
    ("import organisations", "Imported", ("bad.csv", "--dry-run")),
    ("import outlines", "Imported", ("outlines.csv", "--call", CALL, "--dry-run")),
    ("import cordis", "Imported", ("export", "--dry-run")),
    ("owners suspected", "[SuspectedOwner]", ()),
    ("decide", "DecisionList", (CALL, "--withdraw", "EL")),
    ("integrate", "OverallProject", (CALL, "--alternatives")),
    ("meetings", "MeetingPlan", (CALL, *DAY)),
    ("graph around", "Neighbourhood", ("DEMO-ORG-021",)),
    ("graph path", "IntroductionPath", ("DEMO-ORG-021", "DEMO-ORG-002")),
    ("graph summary", "Summary", ()),
    ("calls", "[Call]", ()),
    ("calls list", "[Call]", ()),
    ("calls show", "Call", (CALL,)),
    ("types", "[TypeRow]", ()),
    ("outlines", "[OutlineRow]", ()),
    ("organisation add", "OrganisationKept", ("--name", "Late SA", "--id", "LATE-ORG", "--country", "EL")),
    ("organisation show", "OrganisationKept", ("LATE-ORG",)),
    ("organisation edit", "OrganisationKept", ("LATE-ORG", "--sme", "yes", "--clear", "country")),
    ("organisation withdraw", "OrganisationKept", ("LATE-ORG",)),
    ("organisation restore", "OrganisationKept", ("LATE-ORG",)),
    ("organisation merge", "OrganisationKept", ("LATE-ORG", "DEMO-ORG-058")),
    ("undo", "Change", ("{newest}",)),
    ("organisation delete", "OrganisationKept", ("LATE-ORG",)),
    ("outline add", "OutlineKept", ("--call", CALL, "--id", "LATE-2", "--title", "T", "--text", TEXT, *OF)),
    ("outline show", "OutlineKept", ("LATE-2",)),
    ("outline edit", "OutlineKept", ("LATE-2", "--budget-eur", "5000")),
    ("outline withdraw", "OutlineKept", ("LATE-2",)),
    ("outline restore", "OutlineKept", ("LATE-2",)),
    ("outline delete", "OutlineKept", ("LATE-2",)),
    ("duplicates list", "[DuplicateRow]", ("--of", "outlines")),
    ("duplicates decide", "DuplicateKept", ("DEMO-ORG-058", "DEMO-ORG-002", "--different")),
    ("consortium save", "ConsortiumKept", ("--name", "K", "--call", CALL, "--member", TEAM[0])),
    ("consortium list", "ConsortiumList", ()),
    ("consortium show", "ConsortiumKept", ("K",)),
    ("audit", "[Change]", ("--limit", "3")),
    ("undo", "Change", ("{newest}",)),
)
"""Command, the shape that it answers with (in brackets: a list of them), and its words."""
FILES = {
    "members.csv": "id,country\nDEMO-ORG-058,\nX,EL\n",
    "bad.csv": "id,name,country\nZ1,Zed,XX\n",
    "outlines.csv": "id,title,text,organisation,country\nO-1,A title,A text,DEMO-ORG-058,PT\n",
    "export/project.csv": '"id";"acronym"\n"p1";"ONE"\n',
    "export/organization.csv": '"projectID";"organisationID";"name";"country"\n"p1";"1";"Uni";"UK"\n',
}


def shape_of(name: str) -> dict[str, Any]:
    one = {"$ref": f"#/components/schemas/{name.strip('[]')}"}
    return {"type": "array", "items": one} if name.startswith("[") else one


def commands_with_json(group: click.Group, *path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, (
            f"{name} is listed and has no command: mend MODULES in service/terminal/cli.py"
        )
        if any("--json" in param.opts for param in command.params):
            yield " ".join((*path, name))
        if isinstance(command, click.Group):
            yield from commands_with_json(command, *path, name)


def test_every_command_that_answers_is_asked() -> None:
    assert {command for command, _, _ in COMMANDS} == set(commands_with_json(main))


@pytest.mark.parametrize(("command", "shape", "words"), COMMANDS)
def test_every_answer_in_a_terminal_is_as_described(
    home: Path,
    described: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    shape: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    if "{newest}" in words:
        listed = CliRunner().invoke(main, ["--home", str(home), "audit", "--limit", "1", "--json"])
        words = (str(json.loads(listed.stdout)[0]["id"]),)
    result = CliRunner().invoke(main, ["--home", str(home), *command.split(), *words, "--json"])
    assert result.exit_code in {0, 1, 3}, result.output
    assert misfits(json.loads(result.stdout), shape_of(shape), described) == []


def test_every_line_of_a_ranking_in_bulk_is_as_described(
    home: Path, described: dict[str, Any], tmp_path: Path
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"id": "q", "text": TEXT}) + "\n")
    words = ["--home", str(home), "rank", str(queries), "--limit", "5", "--explain", "2"]
    result = CliRunner().invoke(main, words)
    (row,) = map(json.loads, result.stdout.splitlines())
    assert [grounds["id"] for grounds in row["why"]] == [who for who, _ in row["ranked"][:2]]
    assert misfits(row, shape_of("Ranking"), described) == []


def test_a_call_is_the_same_record_at_both_doors(home: Path, client: FlaskClient) -> None:
    words = ["--home", str(home), "calls", "show", CALL, "--json"]
    assert (
        json.loads(CliRunner().invoke(main, words).stdout) == client.get(f"/api/v1/calls/{CALL}").get_json()
    )
