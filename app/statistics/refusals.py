"""Why a deed with the statistics is refused: each is one sentence that says what can be done instead.

StatisticsRefused
├── AlreadyOpened       the quarter's noise was drawn, and is never drawn again
├── SimulatedMixed      simulated and real contacts would stand in one database
├── NothingOpen         no period is open that a contact could count in
├── NeverOpened         the period was never opened, so there is nothing to close or publish
├── TooEarly            the period is not over long enough
├── AlreadyClosed       the period is closed already
├── NotClosed           the period, or a part of it, is still to be closed or published
├── AlreadyPublished    the period is published, and a publication is final
├── NotPublished        the period is not published
└── CountersBroken      the counters are not those that the ledger was opened with
"""

from datetime import datetime

from app.kit.errors import HotlineError
from app.statistics.periods import Period


class StatisticsRefused(HotlineError):
    """The statistics stay as they are."""


class AlreadyOpened(StatisticsRefused):
    """The quarter's noise was drawn, and is never drawn again."""

    def __init__(self, quarter: Period) -> None:
        super().__init__(f"{quarter} is open already: its noise was drawn once and is never drawn again.")


class SimulatedMixed(StatisticsRefused):
    """Simulated and real contacts would stand in one database."""

    def __init__(self, *, simulated: bool) -> None:
        there, wanted = ("real", "simulated") if simulated else ("simulated", "real")
        super().__init__(f"This database holds {there} statistics: {wanted} ones need a database of their own.")


class NothingOpen(StatisticsRefused):
    """No period is open that a contact could count in."""

    def __init__(self) -> None:
        super().__init__("No period is open to count in: open the present quarter with ./run hotline stats open.")


class NeverOpened(StatisticsRefused):
    """The period was never opened."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} was never opened, so nothing was counted in it: it stays a gap.")


class TooEarly(StatisticsRefused):
    """The period is not over long enough."""

    def __init__(self, period: Period, closes_at: datetime) -> None:
        super().__init__(f"{period} can be closed from {closes_at:%Y-%m-%d %H:%M} UTC on, a day after its end.")


class AlreadyClosed(StatisticsRefused):
    """The period is closed already."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} is closed already.")


class NotClosed(StatisticsRefused):
    """The period, or a part of it, is still to be closed or published."""

    def __init__(self, period: Period, part: Period, deed: str) -> None:
        super().__init__(f"{period} cannot be published yet: {part} is not {deed}.")


class AlreadyPublished(StatisticsRefused):
    """The period is published, and a publication is final."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} is published already, and a publication is never made again or corrected.")


class NotPublished(StatisticsRefused):
    """The period is not published."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} is not published: ./run hotline stats list shows what is.")


class CountersBroken(StatisticsRefused):
    """The counters are not those that the ledger was opened with."""

    def __init__(self) -> None:
        super().__init__("Counters are missing that the ledger has: ./run hotline stats verify says which.")
