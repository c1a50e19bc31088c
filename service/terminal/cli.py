"""Which commands does `konsort` have? Each is parse → one call → render; they live in `service/terminal`."""

import importlib

import click

from service.terminal.command import Group, pass_session

MODULES = {
    "ask": ("read", "suggest", "steer", "tradeoff", "partners", "why", "rank", "check"),
    "bring": ("import", "template", "export", "index", "train", "owners"),
    "combine": ("integrate", "decide", "meetings"),
    "consortia": ("consortium",),
    "edit": ("outline", "organisation", "duplicates", "audit", "undo"),
    "look": ("graph", "calls", "types", "outlines"),
    "people": ("user", "tier", "retention"),
    "run": ("setup", "serve", "demo"),
    "upkeep": ("doctor", "backup", "restore"),
}
"""Which module of `service/terminal` has which commands: its `COMMANDS`."""


class Commands(Group):
    """All commands; a command's module is imported when it is asked for, since most questions need one only."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        """Return the names of all commands."""
        return sorted(name for names in MODULES.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None where there is none of that name."""
        for module, names in MODULES.items():
            if cmd_name in names and cmd_name not in self.commands:
                for command in importlib.import_module(f"service.terminal.{module}").COMMANDS:
                    self.add_command(command)
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="konsort", prog_name="konsort")
def main() -> None:
    """Turn outlines into cross-border consortia that are allowed, strong and explained.

    Begin with `konsort demo`, or with `konsort import cordis FILE.zip` and `konsort suggest`. Exit status: 0 fine,
    1 a rule is broken (check), 2 wrong input, 3 cannot tell (check), 4 something must be done first, 5 the store.
    """


__all__ = ["main", "pass_session"]

if __name__ == "__main__":
    main()
