"""`hotline users …` and `hotline audit …`: people and the audit, at the command line of the server."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.accounts.models import CLI, AuditReport, FirstPassword, Person, Role, SignIn
from app.kit.crypto import KeyRing
from app.kit.errors import HotlineError, SettingError
from app.kit.extent import EVERYTHING
from app.kit.settings import get_settings

if TYPE_CHECKING:
    from app.accounts.service import Accounts

# A node that answers calls alone has this module too, so each command loads by itself what needs the database's ORM.

users_app = typer.Typer(no_args_is_help=True, help="People who log in.")
audit_app = typer.Typer(no_args_is_help=True, help="Who did what with accounts and exports.")

Login = Annotated[str, typer.Argument(help="The name to log in with.")]
Value = TypeVar("Value")


class NoSuchUser(HotlineError):
    """Nobody has this login."""


@asynccontextmanager
async def open_accounts() -> AsyncIterator["Accounts"]:
    """The accounts in the database of DATABASE_URL; the demo has its own people and needs none of this."""
    from app.accounts.service import Accounts  # noqa: PLC0415
    from app.kit.reach import open_database  # noqa: PLC0415

    settings = get_settings()
    if settings.database_url is None or not settings.session_keys:
        raise SettingError("DATABASE_URL and SESSION_KEYS must be set: the demonstration has its own people.")
    database = await open_database(settings.database_url, most=2)
    try:
        yield Accounts(database, KeyRing.from_setting(settings.session_keys))
    finally:
        await database.close()


def _run(verb: Callable[["Accounts"], Awaitable[Value]]) -> Value:
    async def with_accounts() -> Value:
        async with open_accounts() as accounts:
            return await verb(accounts)

    return asyncio.run(with_accounts())


async def _find(accounts: "Accounts", login: str) -> Person:
    from app.accounts import service  # noqa: PLC0415

    for person in await service.list_people(accounts, EVERYTHING):
        if person.login == login.strip().casefold():
            return person
    raise NoSuchUser(f"Nobody has the login “{login}”: ./run hotline users list shows all.")


@users_app.command("add")
def add(
    login: Login,
    role: Annotated[Role, typer.Option(help="What the person does.")],
    name: Annotated[str | None, typer.Option(help="The name on the pages; the login where it is left out.")] = None,
    centre: Annotated[str | None, typer.Option(help="The centre's id, for centre staff.")] = None,
    sign_in: Annotated[
        SignIn, typer.Option(help="With a password of ours, or by the OpenID provider.")
    ] = SignIn.PASSWORD,
) -> None:
    """Add a person; this is how the first administrator comes in. A first password is printed once."""

    async def verb(accounts: "Accounts") -> FirstPassword:
        from app.accounts import service  # noqa: PLC0415

        return await service.add_person(
            accounts, by=CLI, login=login, display_name=name or login, role=role, centre_id=centre, sign_in=sign_in
        )

    _tell(_run(verb))


@users_app.command("list")
def list_command() -> None:
    """List everybody: login, role, state."""
    from app.accounts import service  # noqa: PLC0415

    for person in _run(lambda accounts: service.list_people(accounts, EVERYTHING)):
        proposed = ", proposed as administrator" if person.proposed_by else ""
        sys.stdout.write(f"{person.login}  {person.role}  {person.state}{proposed}\n")


@users_app.command("confirm")
def confirm(login: Login) -> None:
    """Confirm who was proposed as administrator, where there is no second administrator to do it."""

    async def verb(accounts: "Accounts") -> Person:
        from app.accounts import service  # noqa: PLC0415

        person = await _find(accounts, login)
        return await service.confirm_administrator(accounts, by=CLI, person_id=person.id)

    sys.stdout.write(f"{_run(verb).login} is an administrator now.\n")


@users_app.command("disable")
def disable(login: Login) -> None:
    """Disable a person; all sessions end at once."""

    async def verb(accounts: "Accounts") -> Person:
        from app.accounts import service  # noqa: PLC0415

        person = await _find(accounts, login)
        return await service.disable(accounts, by=CLI, person_id=person.id)

    sys.stdout.write(f"{_run(verb).login} is disabled.\n")


@users_app.command("reset-password")
def reset_password(login: Login) -> None:
    """Give a person a new first password, which is printed once; all sessions end."""

    async def verb(accounts: "Accounts") -> FirstPassword:
        from app.accounts import service  # noqa: PLC0415

        person = await _find(accounts, login)
        return await service.reset_password(accounts, by=CLI, person_id=person.id)

    _tell(_run(verb))


@users_app.command("reset-second-factor")
def reset_second_factor(login: Login) -> None:
    """Let a person set up a new authenticator at the next login; all sessions end."""

    async def verb(accounts: "Accounts") -> Person:
        from app.accounts import service  # noqa: PLC0415

        person = await _find(accounts, login)
        return await service.reset_second_factor(accounts, by=CLI, person_id=person.id)

    sys.stdout.write(f"{_run(verb).login} sets up a new authenticator at the next login.\n")


def _tell(made: FirstPassword) -> None:
    if made.password is None:
        sys.stdout.write(f"{made.person.login} signs in by the OpenID provider.\n")
        return
    sys.stdout.write(
        f"First password of {made.person.login}: {made.password}\n"
        "It is shown only now, lapses after seven days, and is replaced at the first login.\n"
    )


@audit_app.command("verify")
def verify(
    noted: Annotated[
        str | None, typer.Option(help="A state SEQ:HEX noted earlier, which must still be part of it.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check the audit's chain; prints its present state, to be noted elsewhere. Exit code 1 where it is broken."""
    from app.accounts import service  # noqa: PLC0415

    report = _run(lambda accounts: service.verify_audit(accounts, noted=noted))
    if as_json:
        fields = {"sound": report.sound, "broken_seq": report.broken_seq, "reason": report.reason, "head": report.head}
        sys.stdout.write(f"{json.dumps(fields)}\n")
    else:
        sys.stdout.write(f"{_summary(report)}\n")
    raise SystemExit(0 if report.reason is None else 1)


def _summary(report: AuditReport) -> str:
    if report.reason is None:
        return f"The audit holds: {report.sound} entries. State to note elsewhere: {report.head or 'none yet'}"
    return f"The audit is broken at entry {report.broken_seq} ({report.reason}); {report.sound} entries before it hold."
