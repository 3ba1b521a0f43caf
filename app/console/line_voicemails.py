"""Messages and callbacks by hand: a message is heard and then destroyed, a callback that nobody wants any more ends."""

from typing import Final
from uuid import UUID

from app.console.door import router
from app.console.line_door import HOTLINE, LINE, find_safe
from app.queue import by_hand
from app.queue.by_hand import VoicemailGone
from app.queue.safe import Safe
from app.shell.answers import Answer, Download, Flash, Question, Redirect
from app.shell.ask import Ask

_HANDLED: Final = f"{LINE}/voicemail/handled"
_WITHDRAW: Final = f"{LINE}/callback/withdraw"
_GONE: Final = Redirect(LINE, flash=Flash("line.voicemails.gone", mood="warning"))
_NO_CALLBACK: Final = Redirect(LINE, flash=Flash("line.withdraw.gone", mood="warning"))


@router.download(f"{LINE}/voicemail", access=HOTLINE, back=LINE)
async def play(ask: Ask) -> Answer:
    """The recording, for the page's player; the audit says who listened. No answer of the pages is kept anywhere."""
    safe, id_ = _asked(ask, ask.query.get("id", ""))
    if safe is None or id_ is None:
        return _GONE
    try:
        content = await by_hand.open_voicemail(safe, ask.accounts, id_, by=ask.person().person_id)
    except VoicemailGone:
        return _GONE
    return Download(content, f"{id_}.wav", "audio/wav")


@router.page(_HANDLED, access=HOTLINE, title="line.voicemails.end.title", parent=LINE)
async def ask_whether_handled(ask: Ask) -> Answer:
    _, id_ = _asked(ask, ask.query.get("id", ""))
    if id_ is None:
        return _GONE
    return Question("line.voicemails.end", deed=_HANDLED, back=LINE, fields={"id": str(id_)}, danger=True)


@router.deed(_HANDLED, access=HOTLINE, back=LINE)
async def handled(ask: Ask) -> Answer:
    safe, id_ = _asked(ask, _posted(ask))
    if safe is None or id_ is None:
        return _GONE
    done = await by_hand.handle_voicemail(safe, ask.accounts, id_, by=ask.person().person_id)
    return Redirect(LINE, flash=Flash("line.voicemails.done")) if done else _GONE


@router.page(_WITHDRAW, access=HOTLINE, title="line.withdraw.title", parent=LINE)
async def ask_to_withdraw(ask: Ask) -> Answer:
    _, id_ = _asked(ask, ask.query.get("id", ""))
    if id_ is None:
        return _NO_CALLBACK
    return Question("line.withdraw", deed=_WITHDRAW, back=LINE, fields={"id": str(id_)}, danger=True)


@router.deed(_WITHDRAW, access=HOTLINE, back=LINE)
async def withdraw(ask: Ask) -> Answer:
    safe, id_ = _asked(ask, _posted(ask))
    if safe is None or id_ is None:
        return _NO_CALLBACK
    done = await by_hand.withdraw_callback(safe, ask.accounts, id_, by=ask.person().person_id)
    return Redirect(LINE, flash=Flash("line.withdraw.back")) if done else _NO_CALLBACK


def _posted(ask: Ask) -> str:
    return next(iter(ask.posted.get("id", ())), "")


def _asked(ask: Ask, written: str) -> tuple[Safe | None, UUID | None]:
    """What is kept, and the id of what is meant; None for what is none."""
    try:
        return find_safe(ask), UUID(written)
    except ValueError:
        return find_safe(ask), None
