"""Is a copy of the store whole, its owner's alone, put back as it was? And does the doctor see what is wrong?"""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from data.backup import back_up, looked_through, put_back
from data.errors import BadInput, StoreError
from data.model import Organisation, OrganisationId
from data.store import Store
from service.app.upkeep import symptoms
from service.runtime.settings import Settings
from service.terminal.cli import main


def organisation(number: int) -> Organisation:
    return Organisation(OrganisationId(f"{900000000 + number}"), f"Works {number}", "DE")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    with Store.open(f"sqlite:///{folder}/konsort.sqlite") as store, store.transaction() as writer:
        writer.put_organisations([organisation(number) for number in range(3)])
    return folder


def run(home: Path, *words: str, env: dict[str, str] | None = None) -> Result:
    chosen = {"KONSORT_ENCODER": "hashing", **(env or {})}
    return CliRunner().invoke(main, ["--home", str(home), *words], env=chosen)


def ids(home: Path) -> list[str]:
    with Store.open(f"sqlite:///{home}/konsort.sqlite") as store:
        return list(store.organisations())


def test_a_copy_is_put_back_as_it_was_and_what_stood_before_is_kept(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    copied = run(home, "backup", str(copy))
    assert copied.exit_code == 0, copied.output
    assert "3 organisations" in copied.stdout
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with Store.open(f"sqlite:///{home}/konsort.sqlite") as store:
        revision = store.revision()
        with store.transaction() as writer:
            writer.put_organisations([organisation(7)])
    restored = run(home, "restore", str(copy))
    assert restored.exit_code == 0, restored.output
    assert ids(home) == ["900000000", "900000001", "900000002"]
    with Store.open(f"sqlite:///{home}/konsort.sqlite") as store:
        assert store.revision() == revision
    (before,) = home.glob("konsort.before-*.sqlite")
    assert looked_through(before).rows["organisations"] == 4


def test_a_store_is_copied_while_it_is_written_to(home: Path, tmp_path: Path) -> None:
    """Ten at a time: whatever moment the copy is of, it holds whole transactions."""
    stopped = threading.Event()

    def write() -> None:
        with Store.open(f"sqlite:///{home}/konsort.sqlite") as store:
            for number in range(10, 1000, 10):
                if stopped.is_set():
                    return
                with store.transaction() as writer:
                    writer.put_organisations([organisation(number + k) for k in range(10)])

    writing = threading.Thread(target=write)
    writing.start()
    try:
        copies = [back_up(home / "konsort.sqlite", tmp_path / f"{n}.sqlite") for n in range(3)]
    finally:
        stopped.set()
        writing.join()
    assert all(copy.rows["organisations"] % 10 == 3 for copy in copies)


def test_an_open_store_sees_what_was_put_back(home: Path, tmp_path: Path) -> None:
    back_up(home / "konsort.sqlite", tmp_path / "copy.sqlite")
    with Store.open(f"sqlite:///{home}/konsort.sqlite") as store:
        with store.transaction() as writer:
            writer.put_organisations([organisation(7)])
        with store.watch() as watch:
            later = watch.revisions()
            put_back(tmp_path / "copy.sqlite", home / "konsort.sqlite")
            assert watch.revisions() != later
        assert len(store.organisations()) == 3


def test_nothing_is_written_over_and_a_damaged_copy_touches_nothing(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    back_up(home / "konsort.sqlite", copy)
    with pytest.raises(BadInput, match="is there already"):
        back_up(home / "konsort.sqlite", copy)
    whole = copy.read_bytes()
    copy.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    result = run(home, "restore", str(copy))
    assert result.exit_code == 5
    assert len(ids(home)) == 3
    assert not list(home.glob("konsort.before-*"))
    (tmp_path / "notes.txt").write_text("no store")
    with pytest.raises(StoreError, match="cannot be read as a store"):
        looked_through(tmp_path / "notes.txt")


def test_a_copy_of_a_newer_version_is_refused(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    back_up(home / "konsort.sqlite", copy)
    with sqlite3.connect(copy) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    with pytest.raises(StoreError, match="of a newer version"):
        put_back(copy, home / "konsort.sqlite")


def test_the_doctor_finds_all_in_order_and_says_what_is_left_to_do(home: Path) -> None:
    result = run(home, "doctor")
    assert result.exit_code == 0, result.output
    assert "ok    home:" in result.stdout
    assert "3 organisations, 0 projects, 0 outlines" in result.stdout
    assert (
        "look  encoder: texts are compared by shared words alone\n        unset KONSORT_ENCODER"
        in result.stdout
    )


def test_the_doctor_sees_an_open_home_and_a_damaged_store(home: Path) -> None:
    home.chmod(0o755)
    file = home / "konsort.sqlite"
    whole = file.read_bytes()
    for beside in home.glob("konsort.sqlite-*"):
        beside.unlink()
    file.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    result = run(home, "doctor")
    assert result.exit_code == 5
    assert f"chmod 700 {home}" in result.stdout
    assert "WRONG store:" in result.stdout
    assert "konsort restore FILE" in result.stdout


def test_what_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    result = run(tmp_path / "none", "doctor")
    assert (result.exit_code, "is not there yet" in result.stdout) == (0, True)
    assert not (tmp_path / "none").exists(), "the doctor changes nothing"


def test_a_store_elsewhere_is_left_to_its_own_tools(home: Path, tmp_path: Path) -> None:
    env = {"KONSORT_DATABASE": "postgresql://somebody@localhost/konsort"}
    result = run(home, "backup", str(tmp_path / "copy.sqlite"), env=env)
    assert (result.exit_code, "pg_dump" in result.stderr) == (2, True)
    settings = Settings.from_env(env, home=str(home))
    assert [symptom.state for symptom in symptoms(settings) if symptom.what == "store"] == ["look"]


def test_a_new_home_is_its_owners_alone(tmp_path: Path) -> None:
    assert run(tmp_path / "new", "calls").exit_code == 0
    run(tmp_path / "new", "outlines")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
