"""A home with the demo call in it, for whoever does not bring its own."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from service.terminal.cli import main


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the demo has been imported, texts embedded."""
    folder = tmp_path_factory.mktemp("home")
    result = CliRunner().invoke(main, ["import", "demo", "--home", str(folder)])
    assert result.exit_code == 0, result.output
    return folder
