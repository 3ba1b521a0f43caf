"""The steps of a referral and the questions of the pointer, beside a call and with what the call tells."""

import re

from app.kit.extent import EVERYTHING
from app.referrals import service
from app.referrals.demo import INDEPENDENT, prepare_demo
from app.referrals.models import Referral, Tab
from app.referrals.service import Referrals
from tests.console.line_house import line_house
from tests.console.tool_house import ToolHouse, tools

__all__ = ["line_house", "tools"]

REFERRAL = "/line/tool/referral"
CODE = re.compile(r'class="code" dir="ltr" aria-label="(\d(?:, \d){9})"')


async def test_a_centre_that_takes_referrals_leads_to_one_with_language_and_topic_filled_in(tools: ToolHouse) -> None:
    await prepare_demo(referrals_of(tools))
    await tools.talk("ar")
    part = await tools.part("/line/tool/centres?q=Leipzig")
    link = f"{REFERRAL}/{INDEPENDENT}?language=ar"
    assert f'href="{link}"' in part
    details = await tools.part(link)
    assert '<option value="ar" selected>' in details
    assert '<option value="money_and_offers" selected>' in details
    assert f'action="{REFERRAL}/{INDEPENDENT}"' in details
    assert "call-changed" not in details


async def test_a_referral_is_made_in_the_panel_and_its_code_stands_in_no_address(tools: ToolHouse) -> None:
    referrals = referrals_of(tools)
    await prepare_demo(referrals)
    await tools.talk("ar")
    before = {one.id for one in await made(referrals)}
    address = f"{REFERRAL}/{INDEPENDENT}"
    fields = {"language": "ar", "topic": "other", "best_time": "any"}
    consent = await tools.post(address, {**fields, "step": "check"})
    once = re.findall(r'name="once" value="([0-9a-f]{32})"', consent)[0]
    assert "call-changed" not in consent
    assert 'lang="ar" dir="rtl"' in consent
    code = await tools.post(address, {**fields, "step": "send", "once": once, "agreed": "true"})
    assert CODE.search(code)
    assert "call-changed" not in code
    assert len({one.id for one in await made(referrals)} - before) == 1
    assert CODE.search(await tools.part(f"{address}?language=ar")) is None
    assert CODE.search(await tools.part(REFERRAL)) is None


async def test_what_is_wrong_is_told_at_the_field(tools: ToolHouse) -> None:
    await prepare_demo(referrals_of(tools))
    await tools.part(REFERRAL)
    part = await tools.post(f"{REFERRAL}/{INDEPENDENT}", {"language": "ar", "topic": "", "step": "check"}, status=422)
    assert 'id="fault-topic"' in part
    assert "<html" not in part


async def test_the_pointer_asks_in_the_panel_and_answers_in_both_languages(tools: ToolHouse) -> None:
    await tools.talk("ar")
    asked = await tools.part("/line/tool/eligibility")
    assert '<option value="DE-BY" selected>' in asked
    assert '<option value="ar" selected>' in asked
    said = {"nationality": "SY", "destination": "SY", "residence": "asylum_procedure", "language": "ar"}
    told = await tools.post("/line/tool/eligibility", said)
    assert "Es entscheidet die Beratung" in told
    assert 'lang="ar" dir="rtl"' in told
    assert "<html" not in told
    await tools.browser.open("/line/tool/eligibility")
    await tools.browser.send("/line/tool/eligibility", **said)
    assert "Es entscheidet die Beratung" in tools.browser.text


def referrals_of(tools: ToolHouse) -> Referrals:
    found: Referrals = tools.line.app.state.provided.get(Referrals)
    return found


async def made(referrals: Referrals) -> list[Referral]:
    return await service.list_inbox(referrals, EVERYTHING, Tab.NEW)
