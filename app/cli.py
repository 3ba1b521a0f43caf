"""The `hotline` command: one sub-command for each thing a person does."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import httpx
import typer

from app.calls.opening import open_playbook, read_content
from app.calls.playbook import Playbook
from app.calls.report import message_of
from app.centres.service import load_directory, route_lines
from app.commands.accounts import audit_app, users_app
from app.commands.check import check, diagrams
from app.commands.demo_shift import begin_shift, tell_demo
from app.commands.knowledge import reload, search, stamp, write_reviews
from app.commands.outbox import outbox_app
from app.commands.referrals import referrals_app
from app.commands.retention import retention
from app.commands.simulation import simulate_app
from app.commands.statistics import stats_app
from app.commands.statistics_files import WithYear, after_a_year, demo_app
from app.jobs import Figures, run_jobs
from app.kit.clock import today_in_germany
from app.kit.db import migrate
from app.kit.demo_secrets import with_demo_secrets
from app.kit.errors import HotlineError, SettingError
from app.kit.log import configure_log, get_logger
from app.kit.paths import PROJECT_ROOT
from app.kit.postgres import start_embedded
from app.kit.settings import Settings, get_settings, production_faults
from app.kit.signals import ending_by_signals
from app.main import Background, TokenSigner, build_application, webhooks
from app.manner import Manner
from app.phone.line import Line
from app.phone.terminal import talk as talk_on
from app.serving import claim_port, serve_until_ended
from app.texts.approvals import approve

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The return hotline.", rich_markup_mode=None)
texts_app = typer.Typer(no_args_is_help=True, help="What the line says, and what is approved.")
app.add_typer(texts_app, name="texts")
app.add_typer(demo_app, name="demo")
demo_app.command(name="shift")(begin_shift)
app.add_typer(simulate_app, name="simulate")
app.add_typer(users_app, name="users")
app.add_typer(audit_app, name="audit")
app.add_typer(outbox_app, name="outbox")
app.add_typer(referrals_app, name="referrals")
app.command(name="retention")(retention)
app.add_typer(stats_app, name="stats")
app.command(name="check")(check)
app.command(name="diagrams")(diagrams)
app.command(name="search")(search)
app.command(name="reload")(reload)
texts_app.command(name="stamp")(stamp)
texts_app.command(name="reviews")(write_reviews)
log = get_logger("cli")

LOCAL = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  A container is reached from outside.


def main() -> None:
    """Run a command; what a person can mend is one sentence on standard error and exit code 1."""
    try:
        app(prog_name="./run hotline")
    except HotlineError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


@contextmanager
def _phase(name: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    log.info("phase done", phase=name, seconds=round(time.monotonic() - started, 2))


@demo_app.callback(invoke_without_command=True)
def demo(context: typer.Context, *, with_year: WithYear = False) -> None:
    """Serve the demonstration on this computer: own database, browser telephone, drafts are spoken."""
    context.obj = partial(_serve_demo, with_year=with_year)
    if context.invoked_subcommand is None:
        context.obj()


def _serve_demo(*, with_year: bool, shift: bool = False) -> None:
    configure_log()
    with ending_by_signals():
        settings = with_demo_secrets(get_settings())
        claim_port(LOCAL, settings.hotline_port)
        playbook = _open_playbook(settings, production=False)
        with _database(settings) as app_url:
            manner = Manner(demo=True, phone=True, shift=shift)
            reread = partial(_open_playbook, settings, production=False)
            jobs = _jobs(settings, manner)
            background = partial(after_a_year, jobs) if with_year else jobs
            application = build_application(
                settings, playbook, app_url, manner=manner, background=background, reread=reread
            )
            serve_until_ended(application, LOCAL, settings.hotline_port, lambda: tell_demo(settings, shift=shift))


@app.command()
def serve(
    *, calls_only: Annotated[bool, typer.Option("--calls-only", help="Answer calls, and have no pages.")] = False
) -> None:
    """Serve in production: needs an own database, real secrets and approved texts, and refuses to start otherwise."""
    configure_log()
    with ending_by_signals():
        settings = get_settings()
        faults = production_faults(settings)
        if faults or settings.database_url is None:
            raise SettingError("\n".join(faults))
        claim_port(EVERYWHERE, settings.hotline_port)
        playbook = _open_playbook(settings, production=True)
        if not calls_only:
            # A node for calls alone does not carry what pages need.
            from app.pages import check_database  # noqa: PLC0415

            asyncio.run(check_database(settings, settings.database_url))
        if not any(centre.confirmed for centre in playbook.directory.centres.values()):
            log.warning("no counselling centre is confirmed, so callers will hear of none")
        manner = Manner(demo=False, phone=settings.phone_page, pages=not calls_only)
        reread = partial(_open_playbook, settings, production=True)
        application = build_application(
            settings,
            playbook,
            settings.database_url,
            manner=manner,
            background=_jobs(settings, manner),
            reread=reread,
        )
        serve_until_ended(application, EVERYWHERE, settings.hotline_port, lambda: None)


def _jobs(settings: Settings, manner: Manner) -> Background:
    """The work beside calls and pages; what the demonstration counts is simulated."""
    return partial(run_jobs, figures=Figures(simulated=manner.demo, second_draw=settings.publish_noise))


@app.command(name="migrate")
def migrate_command() -> None:
    """Bring the database of DATABASE_URL to the present shape; only one of several at a time does it."""
    configure_log()
    url = get_settings().database_url
    if url is None:
        raise SettingError("DATABASE_URL is not set: the demo migrates its own database by itself.")
    with _phase("migrate"):
        asyncio.run(migrate(url))


def _open_playbook(settings: Settings, *, production: bool) -> Playbook:
    with _phase("content"):
        content = read_content(PROJECT_ROOT, today_in_germany())
        return open_playbook(
            content,
            root=PROJECT_ROOT,
            production=production,
            speak_drafts=settings.speak_drafts,
            allow_speech=settings.allow_speech,
            may_hide=bool(settings.quiet_number),
            today=today_in_germany,
        )


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The application's own address of a migrated database: the embedded one, unless DATABASE_URL names another."""
    if settings.database_url is not None:
        with _phase("migrate"):
            asyncio.run(migrate(settings.database_url))
        yield settings.database_url
        return
    with _phase("database"):
        server = start_embedded(settings.hotline_data)
    try:
        with _phase("migrate"):
            asyncio.run(migrate(server.owner_url))
        yield server.app_url
    finally:
        server.stop()


@app.command()
def route(
    plz: Annotated[str | None, typer.Argument(help="A German postal code.")] = None,
    *,
    language: Annotated[str | None, typer.Option(help="Prefer centres that speak this language.")] = None,
    independent: Annotated[
        bool, typer.Option("--independent", help="Only centres independent of authorities.")
    ] = False,
    batch: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with one postal code a line.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object for each code.")] = False,
) -> None:
    """Which counselling centre serves a postal code, and why."""
    if (plz is None) == (batch is None):
        raise SettingError("Give one postal code, or a file of them with --batch.")
    codes = batch.read_text(encoding="utf-8", errors="replace").splitlines() if batch else [str(plz)]
    for line in route_lines(
        codes, load_directory(PROJECT_ROOT / "knowledge_base"), language=language, independent=independent
    ):
        sys.stdout.write(f"{line if as_json else _readable(line)}\n")


def _readable(line: str) -> str:
    answer = json.loads(line)
    places = ", ".join(place["name"] for place in answer["places"]) or "not known"
    named = [f"  {c['name']}, {c['city'] or 'town not known'} ({c['reason']})" for c in answer["centres"]]
    return "\n".join([f"{answer['plz']} {places}", *named])


@app.command()
def talk(
    url: Annotated[str | None, typer.Option(help="The running hotline's address; default: PUBLIC_BASE_URL.")] = None,
) -> None:
    """Call the running demonstration from this terminal; a talk can be saved as a conversation fixture."""
    settings = with_demo_secrets(get_settings())
    content = read_content(PROJECT_ROOT, today_in_germany())

    async def hold() -> None:
        async with httpx.AsyncClient(timeout=15) as client:
            line = Line(
                client,
                TokenSigner(settings.twilio_auth_token),
                url or settings.public_base_url,
                settings.hotline_number,
                settings.twilio_account_sid,
            )
            await talk_on(line, recogniser=lambda text, language: message_of(content.wording, text, language))

    asyncio.run(hold())


@simulate_app.callback(invoke_without_command=True)
def simulate_command(  # noqa: PLR0913  Each option of the command is one.
    context: typer.Context,
    calls: Annotated[int, typer.Option(min=1, help="How many calls.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same calls.")] = 1,
    *,
    door: Annotated[bool, typer.Option("--door", help="Through the signed webhooks, on a network that fails.")] = False,
    staffed: Annotated[bool, typer.Option("--staffed", help="Somebody takes the calls; not with --door.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    """Let simulated callers of many kinds call; a call that fails is printed as a conversation."""
    if context.invoked_subcommand is not None:
        return
    # A serving node never simulates, so it does not carry the simulation.
    from app.phone.simulation.command import run as simulate  # noqa: PLC0415
    from app.phone.simulation.door_call import Door  # noqa: PLC0415

    settings = with_demo_secrets(get_settings())
    playbook = _open_playbook(settings, production=False)
    place = None
    if door:
        transport = httpx.ASGITransport(app=webhooks(settings, playbook))
        signer = TokenSigner(settings.twilio_auth_token)
        place = Door(transport, signer, settings.public_base_url, settings.hotline_number, settings.twilio_account_sid)
    raise SystemExit(simulate(playbook, calls, seed, place, staffed=staffed, as_json=as_json))


@texts_app.command(name="approve")
def approve_texts(
    language: Annotated[str, typer.Argument(help="The language whose present wording is approved.")],
    role: Annotated[str, typer.Option(help="Who approves: a role, never a name.")],
) -> None:
    """Approve the present wording of a language for production; a later change makes it a draft again."""
    content = read_content(PROJECT_ROOT, today_in_germany())
    if language not in content.wording:
        raise SettingError(f"There are no texts in “{language}”; there are {', '.join(content.wording)}.")
    path = PROJECT_ROOT / "locales" / "approvals.yaml"
    given = approve(path, language, content.wording[language], role, today_in_germany())
    sys.stdout.write(f"The texts in {language} are approved by {given.role} on {given.on}.\n")
