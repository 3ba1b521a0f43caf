"""`hotline stats export|report|attack` and `hotline demo year`: files of published figures, and a year to look at."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.commands.statistics import run_with_pool, stats_app
from app.kit.clock import today_in_germany
from app.kit.errors import SettingError
from app.kit.log import get_logger
from app.kit.settings import Settings, get_settings

if TYPE_CHECKING:
    import asyncpg

    from app.jobs import Sweep
    from app.statistics.demo_year import Played
    from app.statistics.models import Published

# A node that answers calls alone has this module too, so each command loads by itself what draws, writes and typesets.

demo_app = typer.Typer()

SEED = 1
log = get_logger("demo")

FormatOption = Annotated[str, typer.Option("--format", help="csv, xlsx, json, sdmx-csv, sdmx-data or sdmx-structure.")]
LangOption = Annotated[Literal["de", "en"], typer.Option("--language", help="The language of labels and notes.")]
WithYear = Annotated[
    bool, typer.Option("--year", help="Play a simulated year of contacts, where there are no figures yet.")
]
PeriodOption = Annotated[str, typer.Option("--period", help="A year, half-year, quarter or month, like 2026-H2.")]


def _published() -> "Published":
    from app.statistics.service import load_published  # noqa: PLC0415

    return run_with_pool(load_published)


@stats_app.command()
def export(  # noqa: PLR0913  Each option of the command is one.
    period: PeriodOption,
    *,
    until: Annotated[str | None, typer.Option(help="The last period of a run; only --period where left out.")] = None,
    form: FormatOption = "csv",
    table: Annotated[list[str] | None, typer.Option(help="Only this table; may be given several times.")] = None,
    language: LangOption = "de",
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="The file; its own name where left out.")] = None,
    to: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write a whole release folder here, in every format.")
    ] = None,
) -> None:
    """Write published figures to a file, or all files of a run of releases to a folder."""
    from app.statistics.exports.folder import write_folder  # noqa: PLC0415
    from app.statistics.exports.service import file_name, format_of, select_figures  # noqa: PLC0415
    from app.statistics.periods import Period, Run  # noqa: PLC0415
    from app.statistics.texts import load_texts  # noqa: PLC0415

    run, kind, texts = Run.of(Period.parse(period), Period.parse(until or period)), format_of(form), load_texts()
    selection = select_figures(_published(), run, table or ())
    if to is None:
        path = output or Path(file_name(selection, kind))
        path.write_bytes(kind.write(selection, texts, language))
        sys.stdout.write(f"{path}: {len(selection.lines)} cells.\n")
        return
    without = write_folder(to, selection, texts, language, _tell)
    if without:
        sys.stdout.write(f"Left out for want of the optional package sdmx1: {', '.join(without)}.\n")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


@stats_app.command()
def report(
    period: PeriodOption,
    language: LangOption = "de",
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="The file; its own name where left out.")] = None,
) -> None:
    """Write the Kurzbericht of a period as accessible PDF."""
    from app.statistics.periods import Period  # noqa: PLC0415
    from app.statistics.report.service import report_pdf  # noqa: PLC0415
    from app.statistics.texts import load_texts  # noqa: PLC0415

    wanted = Period.parse(period)
    made = report_pdf(_published(), wanted, load_texts(), language)
    path = output or Path(f"kurzbericht-{wanted}-{language}.pdf")
    path.write_bytes(made)
    sys.stdout.write(f"{path}: {len(made) // 1024} kB.\n")


@stats_app.command()
def attack(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A folder written by stats export --to.")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Attack a release folder as its reader could. Exit code 1 where something leaks."""
    from app.statistics.exports.attack import attack_folder, findings_json  # noqa: PLC0415

    findings = attack_folder(folder)
    if as_json:
        sys.stdout.write(f"{findings_json(findings)}\n")
    else:
        for one in findings:
            sys.stdout.write(f"{'LEAKS' if one.leaks else 'holds'}  {one.attack} ({one.tried} tried)\n")
            sys.stdout.writelines(f"       {leak}\n" for leak in one.leaks[:10])
    raise SystemExit(1 if any(one.leaks for one in findings) else 0)


@demo_app.command()
def year(
    seed: Annotated[int, typer.Option(help="The same seed gives the same callers, never the same noise.")] = SEED,
) -> None:
    """Play a simulated year of contacts through the real counters, so that the figures can be looked at."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from app.statistics.demo_year import play_year  # noqa: PLC0415

    refuse_production(get_settings())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("A simulated year")

        async def verb(pool: "asyncpg.Pool") -> "Played":
            return await play_year(
                pool, today_in_germany(), seed, lambda done, all_: progress.update(task, completed=done, total=all_)
            )

        played = run_with_pool(verb)
    sys.stdout.write(
        f"Simulated: {played.contacts} contacts from {played.first_on} to {played.last_on}, "
        f"{played.releases} releases, which are labelled as simulated on every page and in every file.\n"
    )


async def after_a_year(
    jobs: Callable[["asyncpg.Pool", "Sequence[Sweep]"], Awaitable[None]],
    pool: "asyncpg.Pool",
    sweeps: "Sequence[Sweep]" = (),
) -> None:
    """The jobs of the demonstration, which keep the periods, only after a year was played into an empty database."""
    from app.statistics.demo_year import play_year  # noqa: PLC0415
    from app.statistics.service import find_ledger_kind  # noqa: PLC0415

    try:
        if await find_ledger_kind(pool) is None:
            played = await play_year(pool, today_in_germany(), SEED)
            log.info("simulated year played", contacts=played.contacts, releases=played.releases)
    except Exception as error:  # noqa: BLE001  The demonstration goes on without figures.
        log.error("no simulated year", error=type(error).__name__)  # noqa: TRY400  The sentence says enough.
    await jobs(pool, sweeps)


def refuse_production(settings: Settings) -> None:
    """Raises SettingError where the settings are those of production, which alone is reached by https."""
    if settings.database_url is not None and settings.public_base_url.startswith("https://"):
        raise SettingError("These are settings of production: a simulated year is played in the demonstration alone.")
