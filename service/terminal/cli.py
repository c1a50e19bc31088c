"""Which commands does `konsort` have? Each is parse → one call → render; they live in `service/terminal`."""

import click

from service.terminal import ask, bring, combine, edit, look, run
from service.terminal.command import Group, pass_session


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="konsort", prog_name="konsort")
def main() -> None:
    """Turn outlines into cross-border consortia that are allowed, strong and explained.

    Begin with `konsort demo`, or with `konsort import cordis FILE.zip` and `konsort suggest`. Exit status: 0 fine,
    1 a rule is broken (check), 2 wrong input, 3 cannot tell (check), 4 something must be done first, 5 the store.
    """


for commands in (bring.COMMANDS, ask.COMMANDS, combine.COMMANDS, look.COMMANDS, edit.COMMANDS, run.COMMANDS):
    for command in commands:
        main.add_command(command)

__all__ = ["main", "pass_session"]

if __name__ == "__main__":
    main()
