"""Which commands does `konsort` have? Each is parse → one call → render; they live in `service/terminal`."""

import importlib
from collections.abc import Mapping

import click

from service.terminal.command import Group, pass_session

MODULES: Mapping[str, Mapping[str, str]] = {
    "ask": {
        "read": (
            "Show what is understood of an outline: what it seeks, what its author is and brings, "
            "what it is about."
        ),
        "suggest": (
            "Propose whole consortia for an outline: allowed by the call's rules, with reasons "
            "and rules shown."
        ),
        "steer": (
            "Say what could be changed in a set: swaps with what they change, and what if somebody leaves."
        ),
        "tradeoff": (
            "Say what new ties cost in fit: the best sets from those who know each other to those who do not."
        ),
        "partners": "Find partners for an organisation, for a text, or for both, with reasons.",
        "why": (
            "Say why an organisation was suggested for an outline or not, who stands before it, "
            "and what would change that."
        ),
        "rank": "Rank partners in bulk: one JSON object a line in, one a line out.",
        "check": (
            "Say rule by rule whether these members are allowed; exit status 0 met, 1 broken, 3 cannot tell."
        ),
    },
    "bring": {
        "import": (
            "Bring records into the store; a bad row is reported, good rows come in, twice changes nothing."
        ),
        "template": (
            "Write the empty form for outlines or organisations (CSV or XLSX) with explanations "
            "and allowed values."
        ),
        "export": (
            "Write outlines or organisations to a CSV or XLSX file that `konsort import` takes "
            "again without loss."
        ),
        "index": "Embed the texts that have no vector yet; interrupted, it goes on where it stopped.",
        "train": "Embed what is new and learn the partner ranking from the history in the store.",
        "owners": "Names that look like one group of companies: a person confirms or rejects each once.",
    },
    "combine": {
        "integrate": "Combine all outlines of a call into one integrated overall project.",
        "decide": (
            "Keep the coordinator's decisions about a call's overall project, for this and every later run."
        ),
        "meetings": "Plan the matchmaking event: who meets whom and when, the most valuable links first.",
    },
    "consortia": {
        "consortium": "Consortia kept by name: save, list, show, export, delete.",
    },
    "edit": {
        "outline": "One outline: show, add, edit, withdraw, restore, delete.",
        "organisation": "One organisation and its profile: show, add, edit, withdraw, restore, delete.",
        "duplicates": (
            "Records that may be of one body, outlines that may be one: a person decides each pair once."
        ),
        "audit": "List what was changed, newest first: when, by whom, what, and whether it can be undone.",
        "undo": (
            "Put back what a change did (`konsort audit` has the numbers); to undo that again is "
            "possible too."
        ),
    },
    "look": {
        "graph": "Inspect the collaboration network.",
        "calls": "List the call profiles; `konsort calls show ID` prints one in plain words.",
        "types": (
            "List the types of organisations that a need may name, by id, label or a word for it "
            "in any EU language."
        ),
        "outlines": "List stored outlines.",
    },
    "people": {
        "user": "Let people in to a service with accounts (`konsort serve --accounts`).",
        "tier": (
            "Open an outline or an organisation to people who sign in: closed, existence, teaser, "
            "abstract or full."
        ),
        "retention": "Say for how long a call's outlines are kept, and forget those whose time is over.",
    },
    "run": {
        "setup": "Prepare the text encoder and compile the solver, so that the first question is quick.",
        "serve": "Serve pages and API from the store.",
        "demo": (
            "Load the demo call into a fresh home (or the one named by --home or KONSORT_HOME) and serve it."
        ),
    },
    "upkeep": {
        "doctor": (
            "Look at home, disk, store, encoder and ranking, and say what is wrong and what to "
            "do; nothing is changed."
        ),
        "backup": "Copy the store into a file while it is in use, and look the copy through.",
        "restore": (
            "Make the store what a copy holds, after looking it through; what stood before is kept beside it."
        ),
    },
}
"""Which module of `service/terminal` has which commands, its `COMMANDS`, and what each does in a line, so that the list
of all loads none of them."""


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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its line."""
        lines = {name: line for names in MODULES.values() for name, line in names.items()}
        room = formatter.width - 6 - max(map(len, lines))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=lines[name]).get_short_help_str(room))
                    for name in self.list_commands(ctx)
                ]
            )


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
