"""The first page after logging in, and everybody's own account."""

from typing import ClassVar

from pydantic import Field

from app.accounts import service
from app.accounts.models import Language, SignIn
from app.accounts.refusals import PersonRefused
from app.entrance.door import router, session_token
from app.shell.access import LOGIN_PAGE, SIGNED_IN
from app.shell.answers import Answer, Cookie, Flash, Page, Question, Redirect
from app.shell.ask import Ask
from app.shell.cookies import LANGUAGE_COOKIE, SESSION_COOKIE
from app.shell.forms import Form, FormModel, blank
from app.shell.registry import Menu


class OwnAccount(FormModel):
    """What people may change of themselves."""

    words: ClassVar[str] = "account"
    display_name: str = Field(min_length=1, max_length=100)
    language: Language


@router.page("/", access=SIGNED_IN, title="home.title", menu=Menu("work", 0))
async def home(_ask: Ask) -> Answer:
    return Page("home.html")


@router.page("/account", access=SIGNED_IN, title="account.title", menu=Menu("account", 0))
async def account_page(ask: Ask) -> Answer:
    visitor = ask.person()
    form = blank(OwnAccount, display_name=visitor.display_name, language=visitor.language)
    return await _page(ask, form, status=200)


@router.deed("/account", access=SIGNED_IN, back="/account")
async def change_account(ask: Ask) -> Answer:
    form, visitor = ask.read(OwnAccount), ask.person()
    if form.value is None:
        return await _page(ask, form, status=422)
    try:
        await service.rename(
            ask.accounts, by=visitor.person_id, person_id=visitor.person_id, display_name=form.value.display_name
        )
    except PersonRefused as refused:
        return await _page(ask, form.refused(refused.field, f"people.{refused.code}"), status=422)
    await service.change_language(ask.accounts, person_id=visitor.person_id, language=form.value.language)
    return Redirect("/account", flash=Flash("account.changed"), cookies=(Cookie(LANGUAGE_COOKIE, ""),))


async def _page(ask: Ask, form: Form[OwnAccount], *, status: int) -> Page:
    visitor = ask.person()
    own = visitor.sign_in is SignIn.PASSWORD and not visitor.demo
    codes = await service.count_recovery_codes(ask.accounts, visitor.person_id) if own else 0
    return Page("account.html", {"own_password": own, "codes": codes}, form=form, status=status)


@router.page("/account/log-out-everywhere", access=SIGNED_IN, title="everywhere.title", parent="/account")
async def ask_to_log_out_everywhere(_ask: Ask) -> Answer:
    return Question("everywhere", deed="/account/log-out-everywhere", back="/account")


@router.deed("/account/log-out-everywhere", access=SIGNED_IN, back="/account")
async def log_out_everywhere(ask: Ask) -> Answer:
    await service.log_out_everywhere(ask.accounts, session_token(ask))
    return Redirect(LOGIN_PAGE, flash=Flash("everywhere.done"), cookies=(Cookie(SESSION_COOKIE, ""),))
