"""`hotline simulate day`: a day of the waiting line through the real rules, with its figures and a picture."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.queue.simulation.figures import Outcome
    from app.queue.simulation.plan import DayPlan, Profile

# A serving node has this module too, so the command loads by itself what simulates and draws.

simulate_app = typer.Typer()

_AGENTS = 12
_SHIFTS = "Begin, end and number of agents, like 8-16:6,12-20:6; all the whole day where left out."
_LANGUAGES = "Shares of the calls, like de:.4,ar:.3,tr:.3."
_ALSO = "Share of callers whom the most frequent language does, too."
_SKILLS = "Who speaks what, like de:4,ar+de:3: the first language is the own one; by shares where left out."


@simulate_app.command()
def day(  # noqa: PLR0913  Each option of the command is one.
    *,
    agents: Annotated[int | None, typer.Option(min=1, help="How many agents; 12, or those of --skills.")] = None,
    calls_per_hour: Annotated[float, typer.Option(min=0.1, help="Mean number of calls that want a person.")] = 60.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same days.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="How many days; from 5 on there are intervals.")] = 20,
    hours: Annotated[str, typer.Option(help="When calls are taken.")] = "8-20",
    profile: Annotated[str, typer.Option(help="even, or working-day: more calls in the morning.")] = "even",
    languages: Annotated[str, typer.Option(help=_LANGUAGES)] = "de:1",
    skills: Annotated[str | None, typer.Option(help=_SKILLS)] = None,
    shifts: Annotated[str | None, typer.Option(help=_SHIFTS)] = None,
    patience: Annotated[
        float | None, typer.Option(min=1, help="Mean patience in seconds; endless if left out.")
    ] = None,
    handling: Annotated[float, typer.Option(min=1, help="Mean seconds of a call.")] = 420.0,
    wrap_up: Annotated[float, typer.Option(min=0, help="Mean seconds of work after a call, on top.")] = 0.0,
    also: Annotated[float, typer.Option(min=0, max=1, help=_ALSO)] = 0.0,
    picture: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw the day as SVG into this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Simulate days of the waiting line, beside what Erlang's formulas expect."""
    from app.queue.simulation import reading  # noqa: PLC0415
    from app.queue.simulation.plan import DayPlan, roster, spread_calls  # noqa: PLC0415
    from app.queue.simulation.report import dict_of, text_of  # noqa: PLC0415

    shares, opening = reading.read_shares(languages), reading.read_hours(hours)
    plan = DayPlan(
        agents=roster(_spoken(skills, shares, agents), reading.read_shifts(shifts) if shifts else [], opening),
        calls_by_hour=spread_calls(calls_per_hour, opening, _profile(profile)),
        shares=shares,
        handling_seconds=handling,
        wrap_up_seconds=wrap_up,
        patience_seconds=patience,
        also_share=also,
    )
    outcome = _simulate(plan, seed, days)
    sys.stdout.write(f"{json.dumps(dict_of(outcome, seed))}\n" if as_json else f"{text_of(outcome, seed)}\n")
    if picture is not None:
        picture.write_text(_drawn(outcome), encoding="utf-8")


def _spoken(skills: str | None, shares: Mapping[str, float], agents: int | None) -> list[Mapping[str, int]]:
    from app.queue.simulation.plan import WrongPlan, speakers  # noqa: PLC0415
    from app.queue.simulation.reading import read_skills  # noqa: PLC0415

    if skills is None:
        return speakers(shares, agents or _AGENTS)
    spoken = read_skills(skills)
    if agents not in {None, len(spoken)}:
        raise WrongPlan(f"--skills names {len(spoken)} agents and --agents {agents}: leave one of them out.")
    return spoken


def _profile(name: str) -> "Profile":
    from app.queue.simulation.plan import Profile, WrongPlan  # noqa: PLC0415

    try:
        return Profile(name)
    except ValueError:
        raise WrongPlan(f"The profile “{name}” is not known: there are {', '.join(Profile)}.") from None


def _simulate(plan: "DayPlan", seed: int, days: int) -> "Outcome":
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from app.queue.simulation.figures import simulate_days  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Days", total=days)
        return simulate_days(plan, seed, days, lambda done: progress.update(task, completed=done))


def _drawn(outcome: "Outcome") -> str:
    from app.queue.simulation.picture import DayWords, day_picture  # noqa: PLC0415
    from app.queue.simulation.report import formula_by_hour, name_of_formula  # noqa: PLC0415

    formula = name_of_formula(outcome.plan)
    words = DayWords(
        alt=f"A simulated day by hour: calls, agents on duty, share answered within 20 seconds beside {formula}",
        calls="Calls in the hour, mean of the days",
        staff="Agents on duty",
        levels=f"Answered within 20 seconds, with 95 % interval; dashed: {formula}",
    )
    return day_picture(outcome, formula_by_hour(outcome.plan), words, alone=True)
