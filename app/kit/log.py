"""The log: key=value lines on standard error in which nothing personal can stand."""

import logging
import sys
from types import TracebackType
from typing import Final

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import EventDict, Processor, WrappedLogger

from app.kit.masking import mask

# A line of the web server for each request would tell who called when; its own faults are still told.
_QUIET_LOGGERS: Final = {"uvicorn.access": logging.WARNING, "httpx": logging.WARNING, "asyncio": logging.WARNING}


def get_logger(room: str) -> BoundLogger:
    """A logger whose lines name the room they come from."""
    logger: BoundLogger = structlog.stdlib.get_logger(room)
    return logger


def configure_log(level: int = logging.INFO) -> None:
    """Sends the lines of this program, of its libraries and of a crash to standard error through the one mask."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_shared(), processors=_last()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name, floor in _QUIET_LOGGERS.items():
        logging.getLogger(name).setLevel(max(floor, level))
    sys.excepthook = _log_crash


def mask_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces in every value, however deeply nested, what looks like a telephone number or a provider's identifier."""
    return {name: mask(value) for name, value in event.items()}


def _shared() -> list[Processor]:
    return [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name]


def _last() -> list[Processor]:
    """The mask stands after everything that adds text of unknown content, and before the time, which is digits too."""
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        mask_personal_data,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.LogfmtRenderer(key_order=["at", "level", "logger", "event"], bool_as_flag=False),
    ]


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_logger("app").critical("crash", exc_info=(kind, error, trace))
