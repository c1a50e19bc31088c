"""Who may use a service with accounts? user, and how far and how long things are open: tier, retention."""

import datetime as dt

import click

from data.errors import BadInput
from data.openness import Sort, Tier
from data.readers import Role
from service.terminal.command import Command, Group, Session, pass_session


@click.group("user", cls=Group)
def user() -> None:
    """Let people in to a service with accounts (`konsort serve --accounts`)."""


@user.command("invite", cls=Command, example="konsort user invite coordinator --call ipcei-2021")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--organisation", help="For a member of an organisation: its name or code.")
@click.option("--call", "calls", multiple=True, help="For a coordinator: a call; may be repeated.")
@pass_session
def invite(session: Session, role: str, organisation: str | None, calls: tuple[str, ...]) -> None:
    """Print a link by which somebody joins; it works once, for a week."""
    secret = session.app.accounts.invite(session.reader, role, organisation=organisation, calls=calls)
    click.echo(invitation_address(session, secret))


@user.command("list", cls=Command, example="konsort user list")
@pass_session
def listed(session: Session) -> None:
    """List who can sign in."""
    for person in session.app.accounts.people(session.reader):
        whose = person.organisation or ", ".join(sorted(person.calls))
        notes = [whose, "let in no more" if person.disabled else ""]
        click.echo("  ".join(filter(None, (person.name, person.role.value, *notes))))


@user.command("disable", cls=Command, example="konsort user disable anna@example.eu")
@click.argument("name")
@pass_session
def disable(session: Session, name: str) -> None:
    """Let a person in no more; sessions and tokens end at once."""
    session.app.accounts.disable(session.reader, name)
    click.echo(f"{name} is let in no more")


@user.command("enable", cls=Command, example="konsort user enable anna@example.eu")
@click.argument("name")
@pass_session
def enable(session: Session, name: str) -> None:
    """Let a person in again."""
    session.app.accounts.enable(session.reader, name)
    click.echo(f"{name} is let in again")


@user.command("reset", cls=Command, example="konsort user reset anna@example.eu")
@click.argument("name")
@pass_session
def reset(session: Session, name: str) -> None:
    """Print a link by which a person sets a new password; it works once, for a day. A second factor ends with it."""
    click.echo(invitation_address(session, session.app.accounts.reset(session.reader, name)))


@user.command("sign-out", cls=Command, example="konsort user sign-out anna@example.eu")
@click.argument("name")
@pass_session
def sign_out(session: Session, name: str) -> None:
    """End all sessions of a person."""
    click.echo(f"sessions ended: {session.app.accounts.sign_out_everywhere(session.reader, name)}")


@user.command("erase", cls=Command, example="konsort user erase anna@example.eu --yes")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def erase(session: Session, name: str, yes: bool) -> None:
    """Forget a person; the audit names another word from then on."""
    if not yes:
        click.confirm(f"Forget {name}? This cannot be undone", abort=True)
    click.echo(f"forgotten; the audit says {session.app.accounts.erase(session.reader, name)}")


@user.command("export", cls=Command, example="konsort user export anna@example.eu")
@click.argument("name")
@pass_session
def export(session: Session, name: str) -> None:
    """Print all that is kept about a person, as JSON."""
    session.as_json = True
    session.answer(session.app.accounts.data_of(session.reader, name), repr)


def invitation_address(session: Session, secret: str, *, port: int = 8470) -> str:
    """Return the link that a secret belongs to; without a public address, on this machine."""
    return f"{session.settings.public_url or f'http://127.0.0.1:{port}'}/invitations/{secret}"


@click.command("tier", cls=Command, example="konsort tier organisation existence 999984059")
@click.argument("sort", type=click.Choice([sort.value for sort in Sort]))
@click.argument("tier", type=click.Choice([tier.value for tier in Tier]))
@click.argument("which", required=False)
@click.option("--abstract", default="", help="For an outline: what is shown from the tier `abstract` on.")
@click.option("--all", "everything", is_flag=True, help="All that are there, in place of one.")
@pass_session
def tier(session: Session, sort: str, tier: str, which: str | None, abstract: str, everything: bool) -> None:
    """Open an outline or an organisation to people who sign in: closed, existence, teaser, abstract or full.

    Without an entry all is closed. What is public, such as past projects, is so in any case.
    """
    sharing = session.app.sharing
    if everything == bool(which):
        raise BadInput("name one, or say --all: exactly one of the two")
    if everything:
        number = sharing.open_all(Sort(sort), Tier(tier), by=session.reader.id)
        click.echo(f"{number} of sort {sort}: {tier}")
    elif sort == Sort.OUTLINE:
        click.echo(f"{sharing.open_outline(session.reader, which or '', tier, abstract).id}: {tier}")
    else:
        click.echo(f"{sharing.open_organisation(session.reader, which or '', tier).id}: {tier}")


@click.group("retention", cls=Group)
def retention() -> None:
    """Say for how long a call's outlines are kept, and forget those whose time is over."""


@retention.command("set", cls=Command, example="konsort retention set ipcei-2021 --days 730")
@click.argument("call")
@click.option("--days", type=int, help="After the day of submission. Without it they are kept until deleted.")
@pass_session
def keep_for(session: Session, call: str, days: int | None) -> None:
    """Say for how many days a call's outlines are kept."""
    session.app.sharing.keep_for(session.reader, call, days)
    click.echo(
        f"outlines of {call} are kept {'until they are deleted' if days is None else f'for {days} days'}"
    )


@retention.command("apply", cls=Command, example="konsort retention apply")
@pass_session
def forget_old(session: Session) -> None:
    """Forget the outlines whose time is over, for good: to be run once a day."""
    gone = session.app.sharing.forget_old(session.reader, dt.datetime.now(dt.UTC).date())
    for call, number in gone.items():
        click.echo(f"forgotten of {call}: {number}")
    if not gone:
        click.echo("nothing is older than it may be")


COMMANDS = (user, tier, retention)
