"""Every knob, once: its name, its default, what it means. Only this file reads the environment."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from data.errors import BadInput

PREFIX = "KONSORT_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One knob: the environment variable is KONSORT_ and the name in capitals."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


SETTINGS = (
    Setting("home", "~/.local/share/konsort", "folder in which store and index live"),
    Setting("database", "", "SQLAlchemy URL of the store; empty: konsort.sqlite in the home folder"),
    Setting("models", "", "folder of the prepared text encoder; empty: beside the installed program"),
    Setting(
        "encoder",
        "multilingual-e5-small",
        "that name, 'hashing' (no language model), or a sentence-transformers model: a folder, or OWNER/NAME if cached",
    ),
    Setting("profiles", "", "TOML files or folders with your own call profiles, separated by ':'"),
    Setting("budget_s", "0.1", "seconds that the solver may take where nobody asks for more, 0.05 to 600"),
    Setting("user", "local", "who is named in the audit trail"),
    Setting(
        "retrain",
        "on",
        "'on': a running service embeds new texts and learns the ranking anew beside its answers; or 'off'",
    ),
    Setting(
        "accounts",
        "off",
        "'on': people sign in and see what they may; or 'off': one user, on this machine",
    ),
    Setting(
        "public_url",
        "",
        "where a service with accounts is reached: https://HOST, with a path where it has one",
    ),
    Setting(
        "proxies",
        "0",
        "how many reverse proxies stand before the service and say in X-Forwarded-For who asks",
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program runs with; made by `from_env`."""

    home: Path
    home_named: bool
    """Whether somebody named it; else it is the default one."""
    database: str
    models: Path
    encoder: str
    profiles: tuple[Path, ...]
    budget_s: float
    user: str
    retrain: bool
    accounts: bool
    public_url: str
    proxies: int

    @classmethod
    def from_env(cls, env: Mapping[str, str], *, home: str | None = None) -> "Settings":
        """Read the environment; `home` (the command line's word) goes before KONSORT_HOME.

        Raises BadInput for a misspelt variable or a value out of range.
        """
        known = {setting.variable: setting for setting in SETTINGS}
        unknown = sorted(name for name in env if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise BadInput(
                f"unknown setting {unknown[0]}; known are {', '.join(known)}. Unset it or correct its name."
            )
        value = {s.name: env.get(variable, "").strip() or s.default for variable, s in known.items()}
        folder = Path(home or value["home"]).expanduser().absolute()
        return cls(
            home=folder,
            home_named=bool(home or env.get("KONSORT_HOME", "").strip()),
            database=value["database"] or f"sqlite:///{folder / 'konsort.sqlite'}",
            models=Path(value["models"]).expanduser() if value["models"] else _beside_the_program(),
            encoder=value["encoder"],
            profiles=tuple(Path(part).expanduser() for part in value["profiles"].split(":") if part),
            budget_s=_seconds(value["budget_s"]),
            user=value["user"],
            retrain=_switch("retrain", value["retrain"]),
            accounts=_switch("accounts", value["accounts"]),
            public_url=_public_url(value["public_url"]),
            proxies=_proxies(value["proxies"]),
        )


def _beside_the_program() -> Path:
    """Inside the virtual environment, shared by all homes; `make clean` removes it."""
    return Path(sys.prefix) / "share" / "konsort" / "models"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = float("nan")
    if not 0.05 <= seconds <= 600:
        raise BadInput(f"KONSORT_BUDGET_S must be a number of seconds from 0.05 to 600, not {text!r}")
    return seconds


def _public_url(text: str) -> str:
    """Return the address without a slash at its end. Anything but this machine needs TLS: passwords go over it."""
    if not text:
        return ""
    parts = urlsplit(text)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.hostname and parts.scheme in (("http", "https") if here else ("https",)) and not parts.query:
        return text.rstrip("/")
    raise BadInput(
        f"KONSORT_PUBLIC_URL must be as in https://konsort.example or https://example.eu/konsort, not {text!r}"
    )


def _proxies(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 5:
        return int(text)
    raise BadInput(f"KONSORT_PROXIES must be a number from 0 to 5, not {text!r}")


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off"):
        raise BadInput(f"{PREFIX}{name.upper()} must be on or off, not {text!r}")
    return text == "on"


assert {s.name for s in SETTINGS} == {f.name for f in fields(Settings)} - {"home_named"}
