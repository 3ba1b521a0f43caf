"""`hotline referrals …`: the keys of referrals and the agreements with centres, at the command line of the server."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.accounts.models import CLI
from app.centres.service import load_directory
from app.kit.clock import GERMANY, now
from app.kit.crypto import KeyRing
from app.kit.errors import HotlineError, SettingError
from app.kit.extent import EVERYTHING
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import get_settings
from app.kit.vault import open_vault

if TYPE_CHECKING:
    from app.referrals.models import Agreement
    from app.referrals.service import Referrals

# A node that answers calls alone has this module too, so each command loads by itself what needs the database's ORM.

referrals_app = typer.Typer(no_args_is_help=True, help="Referrals to counselling centres.")
agreement_app = typer.Typer(no_args_is_help=True, help="What centres agreed to in writing.")
referrals_app.add_typer(agreement_app, name="agreement")

Centre = Annotated[str, typer.Argument(help="The centre's id in the directory.")]
Day = typer.Option(formats=["%Y-%m-%d"])
Value = TypeVar("Value")


class NoSuchAgreement(HotlineError):
    """The centre has never agreed to anything."""


@asynccontextmanager
async def opened() -> AsyncIterator["Referrals"]:
    """The referrals in the database of DATABASE_URL; the demonstration has its own agreements."""
    from app.accounts.means import Accounts  # noqa: PLC0415
    from app.kit.reach import open_database  # noqa: PLC0415
    from app.referrals.means import Referrals  # noqa: PLC0415

    settings = get_settings()
    if settings.database_url is None or not settings.session_keys or settings.referral_keys is None:
        raise SettingError("DATABASE_URL, SESSION_KEYS and REFERRAL_KEYS must be set.")
    database = await open_database(settings.database_url, most=2)
    try:
        accounts = Accounts(database, KeyRing.from_setting(settings.session_keys))
        directory = load_directory(PROJECT_ROOT / "knowledge_base")
        yield Referrals(accounts, open_vault(settings.referral_keys), directory)
    finally:
        await database.close()


def _run(verb: Callable[["Referrals"], Awaitable[Value]]) -> Value:
    async def with_referrals() -> Value:
        async with opened() as referrals:
            return await verb(referrals)

    return asyncio.run(with_referrals())


@referrals_app.command("rotate-keys")
def rotate_keys() -> None:
    """Give all referrals fresh keys and destroy the older ones; copies made before open nothing from then on."""

    async def verb(referrals: "Referrals") -> int:
        from app.referrals import service  # noqa: PLC0415

        return await service.rotate_keys(referrals, by=CLI)

    sys.stdout.write(f"Keys were renewed for {_run(verb)} weeks.\n")


@agreement_app.command("add")
def add(  # noqa: PLR0913, PLR0917  All that is agreed.
    centre: Centre,
    agreed_with: Annotated[str, typer.Option("--with", help="The role of who signed, such as: Leitung. No name.")],
    on: Annotated[datetime | None, Day] = None,
    until: Annotated[datetime | None, Day] = None,
    operator: Annotated[str | None, typer.Option(help="The operator whose staff look after this centre too.")] = None,
    email: Annotated[str | None, typer.Option(help="Where the centre is told that something waits.")] = None,
    webhook: Annotated[str | None, typer.Option(help="The https address of the centre's own system.")] = None,
    receive_days: Annotated[int, typer.Option(help="Working days until a referral is received.")] = 1,
    answer_days: Annotated[int, typer.Option(help="Working days until it is answered.")] = 3,
    language: Annotated[list[str] | None, typer.Option(help="A language of the centre; may be given often.")] = None,
) -> None:
    """Enter what a centre agreed to in writing; from then on it gets referrals. Replaces what was agreed before."""

    async def verb(referrals: "Referrals") -> "Agreement":
        from app.referrals import service  # noqa: PLC0415
        from app.referrals.mail import check_mail_possible  # noqa: PLC0415

        if email is not None:
            settings = get_settings()
            check_mail_possible(settings.smtp_url, settings.mail_from, demo=False)
        return await service.set_agreement(
            referrals,
            by=CLI,
            centre_id=centre,
            agreed_on=(on or now().astimezone(GERMANY)).date(),
            agreed_with=agreed_with,
            valid_to=until.date() if until else None,
            operator_id=operator,
            email=email,
            webhook_url=webhook,
            receive_days=receive_days,
            answer_days=answer_days,
            languages=tuple(language or ()),
        )

    sys.stdout.write(_told(_run(verb)))


@agreement_app.command("show")
def show(
    centre: Annotated[str | None, typer.Argument(help="The centre's id; all where it is left out.")] = None,
) -> None:
    """Show one agreement or all of them, ended ones too."""

    async def verb(referrals: "Referrals") -> "list[Agreement]":
        from app.referrals import service  # noqa: PLC0415

        return await service.list_agreements(referrals, EVERYTHING)

    found = [one for one in _run(verb) if centre in {None, one.centre_id}]
    if centre is not None and not found:
        raise NoSuchAgreement(f"There is no agreement with {centre}: ./run hotline referrals agreement show shows all.")
    sys.stdout.write("".join(map(_told, found)) or "There are no agreements.\n")


@agreement_app.command("end")
def end(centre: Centre) -> None:
    """End an agreement: the centre gets no new referrals from today on."""

    async def verb(referrals: "Referrals") -> "Agreement":
        from app.referrals import service  # noqa: PLC0415

        return await service.end_agreement(referrals, by=CLI, centre_id=centre)

    sys.stdout.write(_told(_run(verb)))


@agreement_app.command("secret")
def secret(centre: Centre) -> None:
    """Make a new secret for the centre's webhook; it is printed once, and the one before works for a week more."""

    async def verb(referrals: "Referrals") -> str:
        from app.referrals import service  # noqa: PLC0415

        return await service.set_webhook_secret(referrals, by=CLI, centre_id=centre)

    sys.stdout.write(f"{_run(verb)}\nIt is shown only now.\n")


def _told(one: "Agreement") -> str:
    """An agreement in one line."""
    ways = ["portal", *([one.email] if one.email else []), *([one.webhook_url] if one.webhook_url else [])]
    until = f" to {one.valid_to}" if one.valid_to else ""
    return (
        f"{one.centre_id}  from {one.agreed_on}{until}, with {one.agreed_with}; received in {one.receive_days}, "
        f"answered in {one.answer_days} working days ({one.land}); {', '.join(ways)}\n"
    )
