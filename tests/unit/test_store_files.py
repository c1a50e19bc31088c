"""Does opening a store say clearly what is wrong with its address or its file?"""

import sqlite3
from pathlib import Path

import pytest

from data.errors import StoreError
from data.store import Store


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("somewhere", "'somewhere' is not a database URL; needed: sqlite:///FILE"),
        ("postgres//u:secret@h/x", r"'postgres//u:\*\*\*@h/x' is not a database URL"),
        ("mysql://host/name", "found a mysql database URL"),
        ("sqlite://", "a store in memory would be empty for every other thread"),
        ("sqlite:////no/such/folder/x.sqlite", "the folder /no/such/folder .* does not exist"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot open the store postgresql"),
    ],
)
def test_an_address_that_cannot_work_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(StoreError, match=reason):
        Store.open(url)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://nobody:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_text("not a database, but long enough to be read as one. " * 40)
    with pytest.raises(StoreError, match="file is not a database"):
        Store.open(f"sqlite:///{path}")


def test_a_store_of_a_newer_layout_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    Store.open(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=r"layout is '9999'.*written by a newer version"):
        Store.open(f"sqlite:///{path}")
