"""Do commands load what they use, and nothing slow besides?"""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from service.terminal.cli import MODULES

ROOT = Path(__file__).parents[2]
SLOW = {"torch", "transformers", "pandas", "numpy", "scipy", "sklearn", "networkx", "numba", "faiss", "flask"}
STORE = {"sqlalchemy", "alembic", "openpyxl"}
RUN = """
import json, sys
from click.testing import CliRunner
from service.terminal.cli import main
result = CliRunner().invoke(main, {words!r})
print(json.dumps([result.exit_code, sorted(sys.modules)]))
"""


def loaded_by(words: list[str], home: Path, *, status: int = 0) -> set[str]:
    """Return the modules that a command has loaded when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(words=[*words, "--home", str(home)])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    exit_status, modules = json.loads(done.stdout.splitlines()[-1])
    assert exit_status == status
    return set(modules)


def test_help_loads_neither_store_nor_anything_slow(tmp_path: Path) -> None:
    assert loaded_by(["suggest", "--help"], tmp_path) & (SLOW | STORE) == set()


def test_the_default_encoder_is_opened_without_the_libraries_of_other_models() -> None:
    code = "import json, sys, embeddings.choice, embeddings.pieces; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "torch" in loaded
    assert loaded & (SLOW - {"torch", "numpy"} | {"sentence_transformers", "tokenizers"}) == set()


def test_a_command_loads_no_module_of_other_commands(tmp_path: Path) -> None:
    loaded = {
        name for name in loaded_by(["calls", "--help"], tmp_path) if name.startswith("service.terminal.")
    }
    assert "service.terminal.look" in loaded
    others = {f"service.terminal.{module}" for module in MODULES if module != "look"}
    assert loaded & others == set()


def test_every_command_is_listed_with_the_module_that_has_it() -> None:
    for module, names in MODULES.items():
        commands = importlib.import_module(f"service.terminal.{module}").COMMANDS
        assert {command.name: command.get_short_help_str(500) for command in commands} == names


def test_the_list_of_commands_loads_none_of_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(words=["--help"])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1])[1])
    assert loaded & {f"service.terminal.{module}" for module in MODULES} == set()


@pytest.mark.parametrize("words", [["calls"], ["calls", "show", "ipcei-2021"], ["outlines"]])
def test_what_only_reads_records_loads_nothing_slow(words: list[str], tmp_path: Path) -> None:
    loaded_by(["calls"], tmp_path)  # makes the store
    assert loaded_by(words, tmp_path) & (SLOW | {"alembic", "openpyxl"}) == set()


def test_a_check_of_unlike_names_reads_no_history(tmp_path: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_text(
        "id,name,country,kind\na,Alpha,DE,sme\nb,Beta,FR,sme\nc,Gamma,IT,sme\n", encoding="utf-8"
    )
    loaded_by(["calls"], tmp_path)  # makes the store
    loaded = loaded_by(["check", "--call", "he-ria-ia-2021", str(members)], tmp_path, status=3)
    assert loaded & (SLOW - {"numpy"} | {"data.histories"}) == set()


def test_the_network_is_shown_without_tables_a_text_model_or_a_learner(tmp_path: Path) -> None:
    assert loaded_by(["graph", "summary"], tmp_path) & (SLOW - {"numpy", "scipy"}) == set()


def test_an_organisations_partners_are_shown_without_the_whole_networks_ties(tmp_path: Path) -> None:
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("id,name,country\ne1,Ostufer,DE\n", encoding="utf-8")
    loaded_by(["import", "organisations", str(organisations), "--no-index"], tmp_path)
    assert (
        loaded_by(["graph", "around", "Ostufer"], tmp_path) & (SLOW - {"numpy"} | {"data.histories"}) == set()
    )
