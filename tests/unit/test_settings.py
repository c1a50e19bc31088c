"""Does the environment become settings, and is a misspelt one refused?"""

from pathlib import Path

import pytest

from data.errors import BadInput
from service.runtime.settings import SETTINGS, Settings


def test_the_home_option_goes_before_the_environment() -> None:
    settings = Settings.from_env({"KONSORT_HOME": "/a"}, home="/b")
    assert settings.home == Path("/b")
    assert settings.database == "sqlite:////b/konsort.sqlite"


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings.from_env({})
    assert settings.home == Path("~/.local/share/konsort").expanduser()
    assert (settings.encoder, settings.budget_s, settings.user) == ("multilingual-e5-small", 0.1, "local")
    assert settings.profiles == ()


def test_a_misspelt_setting_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="unknown setting KONSORT_HOEM; known are KONSORT_HOME"):
        Settings.from_env({"KONSORT_HOEM": "/a"})


@pytest.mark.parametrize("text", ["soon", "0", "601", "nan"])
def test_a_budget_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"0\.05 to 600"):
        Settings.from_env({"KONSORT_BUDGET_S": text})


def test_a_switch_is_on_or_off() -> None:
    assert Settings.from_env({}).retrain
    assert not Settings.from_env({"KONSORT_RETRAIN": "off"}).retrain
    with pytest.raises(BadInput, match="KONSORT_RETRAIN must be on or off, not 'maybe'"):
        Settings.from_env({"KONSORT_RETRAIN": "maybe"})


def test_every_setting_has_a_help_text() -> None:
    assert all(len(setting.help) > 10 for setting in SETTINGS)
