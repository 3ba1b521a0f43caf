"""The verbs of this room, gathered: what other rooms, doors, jobs and commands call."""

from app.statistics.counting import count
from app.statistics.keeping import keep
from app.statistics.looking import find_ledger_kind, get_release, list_releases, load_published
from app.statistics.opening import open_quarter
from app.statistics.publishing import close, publish
from app.statistics.verifying import verify

__all__ = [
    "close",
    "count",
    "find_ledger_kind",
    "get_release",
    "keep",
    "list_releases",
    "load_published",
    "open_quarter",
    "publish",
    "verify",
]
