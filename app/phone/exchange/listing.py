"""Lists of the REST API: filtered, newest first, page by page."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from app.phone.exchange.models import ExchangeRefusal

Json = dict[str, object]
Values = Mapping[str, str]

MOST_A_PAGE = 1000
_USUAL_A_PAGE = 50
_TOKEN = "PA"  # noqa: S105  It marks the place in a list and opens nothing.


class Listed(Protocol):
    """A record with its place in the order of creation."""

    serial: int


L = TypeVar("L", bound=Listed)


def page(key: str, path: str, values: Values, records: Iterable[L], shape: Callable[[L], Json]) -> Json:
    """One page as the provider answers it; deleting what was listed does not shift the next page."""
    size = _whole(values.get("PageSize", ""), _USUAL_A_PAGE)
    size = min(max(size, 1), MOST_A_PAGE)
    before = _whole(values.get("PageToken", "").removeprefix(_TOKEN), 0)
    number = _whole(values.get("Page", ""), 0)
    newest = sorted(records, key=lambda record: record.serial, reverse=True)
    rest = [record for record in newest if not before or record.serial < before]
    shown = rest[:size]
    start = number * size

    def uri(page_number: int, token: str = "") -> str:
        asked = {name: value for name, value in values.items() if name not in {"Page", "PageToken", "PageSize"}}
        token_pair = {"PageToken": token} if token else {}
        return f"{path}?{urlencode({**asked, 'PageSize': size, 'Page': page_number, **token_pair})}"

    return {
        key: [shape(record) for record in shown],
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1, f"{_TOKEN}{shown[-1].serial}") if len(rest) > size else None,
        "previous_page_uri": uri(number - 1) if number else None,
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
        "uri": uri(number, values.get("PageToken", "")),
    }


def within(values: Values, name: str, found: datetime | None) -> bool:
    """Whether an instant lies where the filters name, name< and name> say; a date alone is its midnight in UTC."""
    asked = {sign: values.get(f"{name}{sign}", "") for sign in ("", "<", ">")}
    if not any(asked.values()):
        return True
    if found is None:
        return False
    return (
        (not asked["<"] or found <= _instant(asked["<"]))
        and (not asked[">"] or found >= _instant(asked[">"]))
        and (not asked[""] or found.date() == _instant(asked[""]).date())
    )


def equals(values: Values, name: str, found: str) -> bool:
    """Whether the filter of that name is absent or met."""
    return not values.get(name) or values[name] == found


def _instant(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise ExchangeRefusal(400, 20001, f"{text} is no date") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() else default
