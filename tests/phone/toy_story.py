"""What the toy hotline says to the browser: a menu, a postal code, Arabic, silence, and a fault on purpose."""

from collections.abc import Mapping

from tests.phone.toy import Answer, Form, response

MENU = response(
    '<Gather action="/voice/menu#rc=2&amp;rp=all" numDigits="1" timeout="2" finishOnKey="" actionOnEmptyResult="true">',
    '<Say language="de-DE">Rückkehr-Hotline.</Say>',
    '<Say language="de-DE">Für Deutsch 1.</Say>',
    '<Say language="tr-TR">Türkçe için 2.</Say>',
    '<Say language="ar-XA">للعربية اضغط 3.</Say>',
    "</Gather>",
)
AREA = response(
    '<Gather action="/voice/area" numDigits="5" timeout="9" actionOnEmptyResult="true">',
    '<Say language="de-DE">Ihre Postleitzahl?</Say></Gather>',
)
ARABIC = response(
    '<Gather action="/voice/menu" numDigits="1" timeout="9" input="dtmf speech">',
    '<Say language="ar-XA">هذه المكالمة مجانية وسرية. اضغط 1.</Say></Gather>',
)
AGAIN = response(
    '<Gather action="/voice/menu" numDigits="1" timeout="9" actionOnEmptyResult="true">',
    '<Say language="de-DE">Noch einmal.</Say></Gather>',
)
BYE = response('<Say language="de-DE">Auf Wiederhören.</Say>', "<Hangup/>")
BY_KEY: Mapping[str, str] = {
    "": AGAIN,
    "1": AREA,
    "3": ARABIC,
    "6": "broken",
    "8": response("<Dial><Conference>counselling</Conference></Dial>"),
}


def menu(form: Form) -> str:
    return BYE if "SpeechResult" in form else BY_KEY.get(form["Digits"], BYE)


def story() -> dict[str, Answer]:
    return {"/voice/incoming": MENU, "/voice/menu": menu, "/voice/area": BYE}
