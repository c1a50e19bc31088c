"""Is compiled code found again by the next process, and never used once any of its files has changed?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matcher.solver.kernel import cache
from matcher.solver.kernel.cache import KEPT_S, PREFIX, bases, cache_folder, prune, source_digest

ROOT = Path(__file__).parents[2]
DAY = 24 * 3600.0


def package(folder: Path) -> Path:
    folder.mkdir()
    (folder / "inner.py").write_text("x = 1\n")
    (folder / "outer.py").write_text("y = 2\n")
    return folder


def test_the_digest_changes_with_the_text_of_any_file(tmp_path: Path) -> None:
    source = package(tmp_path / "source")
    before = source_digest(source, ())
    (source / "inner.py").write_text("x = 3\n")
    changed = source_digest(source, ())
    (source / "inner.py").write_text("x = 1\n")
    assert changed != before
    assert source_digest(source, ()) == before


@pytest.mark.parametrize("change", ["rename", "add", "remove", "move a line"])
def test_the_digest_changes_with_the_set_of_files(tmp_path: Path, change: str) -> None:
    source = package(tmp_path / "source")
    before = source_digest(source, ())
    if change == "rename":
        (source / "inner.py").rename(source / "middle.py")
    elif change == "add":
        (source / "third.py").touch()
    elif change == "remove":
        (source / "outer.py").unlink()
    else:
        (source / "inner.py").write_text("")
        (source / "outer.py").write_text("x = 1\ny = 2\n")
    assert source_digest(source, ()) != before


def test_the_digest_changes_with_versions_and_processor_and_not_with_what_is_no_source(
    tmp_path: Path,
) -> None:
    source = package(tmp_path / "source")
    before = source_digest(source, ("3.11.7", "znver3"))
    (source / "notes.txt").touch()
    assert source_digest(source, ("3.11.7", "znver3")) == before
    assert source_digest(source, ("3.12.0", "znver3")) != before
    assert source_digest(source, ("3.11.7", "znver4")) != before


def test_the_first_base_that_can_be_written_to_holds_the_folder(tmp_path: Path) -> None:
    beside, user = tmp_path / "beside", tmp_path / "user"
    assert cache_folder("ab12", (beside, user)) == beside / f"{PREFIX}ab12"
    assert not user.exists()


def test_where_nothing_can_be_written_beside_the_package_the_users_folder_serves(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.touch()  # a file in the folder's place: nobody can write below it, not even root
    user = tmp_path / "user"
    assert cache_folder("ab12", (blocked, user)) == user / f"{PREFIX}ab12"
    assert cache_folder("ab12", (blocked,)) is None


def test_a_folder_that_exists_is_used_again_and_counts_as_used_now(tmp_path: Path) -> None:
    folder = cache_folder("ab12", (tmp_path,))
    assert folder is not None
    (folder / "code.nbc").touch()
    os.utime(folder, (0, 0))
    assert cache_folder("ab12", (tmp_path,)) == folder
    assert folder.stat().st_mtime > 0
    assert (folder / "code.nbc").exists()


def test_folders_unused_for_two_weeks_go_and_nothing_else_does(tmp_path: Path) -> None:
    now = 100 * DAY
    ages = {f"{PREFIX}mine": 99, f"{PREFIX}old": 15, f"{PREFIX}recent": 13, "of-others": 99}
    for name, days in ages.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "code.nbc").touch()
        os.utime(tmp_path / name, (now - days * DAY,) * 2)
    prune(tmp_path, tmp_path / f"{PREFIX}mine", now=now)
    assert {path.name for path in tmp_path.iterdir()} == set(ages) - {f"{PREFIX}old"}
    assert KEPT_S == 14 * DAY


def test_a_folder_that_numbas_settings_name_goes_before_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bases()[0] == Path(cache.__file__).parent / "__pycache__"
    monkeypatch.setattr(cache.numba_config, "CACHE_DIR", str(tmp_path))
    assert bases() == (tmp_path / "konsort-solver",)


INNER = """
from tiny.cache import compiled

@compiled
def factor(x: float) -> float:
    return {factor} * x
"""
OUTER = """
from tiny.cache import compiled
from tiny.inner import factor

@compiled
def answer(x: float) -> float:
    return factor(x) + 1.0
"""
ASK = """
from tiny.outer import answer
print(answer(3.0), len(answer.stats.cache_hits), len(answer.stats.cache_misses))
"""


def test_a_changed_callee_in_another_file_compiles_its_callers_anew(tmp_path: Path) -> None:
    """numba itself would go on with the old code of the caller, whose own file did not change."""
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    (tiny / "__init__.py").touch()
    shutil.copy(cache.__file__, tiny / "cache.py")
    (tiny / "outer.py").write_text(OUTER)

    def run(factor: float) -> list[str]:
        (tiny / "inner.py").write_text(INNER.format(factor=factor))
        done = subprocess.run(
            [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.split()

    assert run(2.0) == ["7.0", "0", "1"]
    assert run(2.0) == ["7.0", "1", "0"]
    assert run(5.0) == ["16.0", "0", "1"]
    assert run(2.0) == ["7.0", "1", "0"]


WARM = """
from matcher.solver import kernel
from matcher.solver.assemble import warm

warm()
entries = [getattr(kernel, name) for name in kernel.__all__]
compiled = [entry for entry in entries if hasattr(entry, "stats")]
print(sum(len(entry.stats.cache_hits) for entry in compiled))
print(sum(len(entry.stats.cache_misses) for entry in compiled))
print(max(len(entry.signatures) for entry in compiled))
print(kernel.grow_tree.signatures != [])
"""


def test_a_second_process_compiles_nothing_and_each_way_in_has_one_kind_of_arguments() -> None:
    """One kind each, so that processes that compile at once write the same files."""
    runs = [
        subprocess.run([sys.executable, "-c", WARM], cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    hits, misses, signatures, tree = runs[1].stdout.split()
    assert (misses, signatures, tree) == ("0", "1", "True")
    assert int(hits) >= 8
