"""The page of examples looks as it was approved: place, size and colours of its parts, against a kept reference.

Boxes are compared instead of pictures: the fonts are our own, so they stand still where anti-aliasing does not.
"""

import json
from typing import Any

import pytest
from playwright.async_api import Browser

from app.kit.paths import PROJECT_ROOT
from tests.pages.site import Site
from tests.pages.test_every_page import look

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
REFERENCE = PROJECT_ROOT / "tests" / "pages" / "styleguide.json"
SEEN = PROJECT_ROOT / ".cache" / "styleguide.json"
PIXELS = 4
# The paragraph in Arabic is written in whatever font the system has, so nothing is read off it.
PARTS = """h1, h2, h3, .top, .foot, .tabs a, .kern-alert, .kern-badge, .kern-btn, .kern-card, .kern-label, .kern-hint,
 .kern-form-input__input, .kern-form-input__select-wrapper, .kern-error, .kern-table, .kern-table__header, .empty"""
READ = """(parts) => [...document.querySelectorAll(parts)].map((part) => {
  const {x, y, width, height} = part.getBoundingClientRect();
  const {color, backgroundColor} = getComputedStyle(part);
  const name = `${part.localName}.${part.className.split(" ").slice(0, 2).join(".")}`;
  return [name, [x, y + scrollY, width, height].map(Math.round), [color, backgroundColor]];
})"""
STATES: dict[str, dict[str, Any]] = {
    "wide, light": {"path": "/styleguide", "width": 1280, "scheme": "light"},
    "wide, dark": {"path": "/styleguide", "width": 1280, "scheme": "dark"},
    "narrow, light": {"path": "/styleguide", "width": 320, "scheme": "light"},
    "from the right, light": {"path": "/styleguide/rtl", "width": 1280, "scheme": "light"},
}


async def test_the_page_of_examples_looks_as_approved(chromium: Browser, toy: Site) -> None:
    seen: dict[str, Any] = {}
    async with look(chromium, toy, None, "de") as page:
        for name, state in STATES.items():
            await page.emulate_media(color_scheme=state["scheme"])
            await page.set_viewport_size({"width": state["width"], "height": 900})
            await page.goto(toy.url + state["path"])
            await page.evaluate("document.fonts.ready.then(() => null)")
            seen[name] = await page.evaluate(READ, PARTS)
    SEEN.parent.mkdir(exist_ok=True)
    SEEN.write_text(json.dumps(seen, indent=None, separators=(",", ":")).replace('],["', '],\n["') + "\n", "utf-8")
    reference = json.loads(REFERENCE.read_text("utf-8"))
    differing = [f"{name}: {line}" for name in STATES for line in differences(reference[name], seen[name])]
    assert differing == [], f"If this is wanted, copy {SEEN} to {REFERENCE}."


def differences(approved: list[Any], seen: list[Any]) -> list[str]:
    """What is elsewhere, of another size or colour; one line for the first few."""
    if [part[0] for part in approved] != [part[0] for part in seen]:
        return ["it has other parts"]
    moved = [
        f"{name} was {box} {colours} and is {now} {colours_now}"
        for (name, box, colours), (_, now, colours_now) in zip(approved, seen, strict=True)
        if colours != colours_now or any(abs(old - new) > PIXELS for old, new in zip(box, now, strict=True))
    ]
    return moved[:3]


async def test_the_comparison_sees_what_moved() -> None:
    approved = [["h1.a", [0, 0, 100, 40], ["black", "white"]]]
    assert differences(approved, [["h1.a", [2, 4, 98, 40], ["black", "white"]]]) == []
    assert differences(approved, [["h1.a", [2, 5, 98, 40], ["black", "white"]]])
    assert differences(approved, [["h1.a", [0, 0, 100, 40], ["red", "white"]]])
    assert differences(approved, [])
