"""Nothing personal reaches the log, in whatever form it is written."""

import base64
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.masking import MASKED, mask, mask_text
from app.kit.paths import PROJECT_ROOT

NUMBER = "+4915112345678"
DIGITS = NUMBER[1:]
CALL = "CA0123456789abcdef0123456789abcdef"
FORMS = [
    NUMBER,
    DIGITS,
    "0049 151 1234 5678",
    "+49 (0) 151 / 1234-5678",
    "+49\u00a0151\u00a01234\u00a05678",
    "0151.123.456.78",
    "٠١٥١١٢٣٤٥٦٧٨",
    quote(NUMBER),
    quote("+49 151 12345678"),
    NUMBER.encode().hex(),
    NUMBER.encode().hex().upper(),
    base64.b64encode(NUMBER.encode()).decode(),
    base64.b64encode(DIGITS.encode()).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe?" + NUMBER.encode() + b"\xff").decode(),
    base64.b64encode(b"from=" + NUMBER.encode() + b"&to=").decode().rstrip("="),
    CALL,
    CALL.lower(),
    base64.b64encode(CALL.encode()).decode(),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "around", ["{}", "call from {} ended", "x{}", "[{}]", "{{'From': '{}'}}", "/voice/step?From={}&x=1"]
)
def test_every_form_is_masked_wherever_it_stands(form: str, around: str) -> None:
    masked = mask_text(around.format(form))
    assert form not in masked
    assert MASKED in masked


@pytest.mark.parametrize(
    "text",
    [
        "serving on http://127.0.0.1:8000",
        "as of 2026-11-22",
        "postal code 01099 in 14612",
        "ready after 12.34 s",
        "ivr_flows/help_now.yaml, line 17: the key “say” stands twice",
        "alembic.runtime.migration",
        "0001_live_call -> 0002_queue",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert mask_text(text) == text


@given(st.text(max_size=40), st.from_regex(r"\A\+49[1-9][0-9]{6,11}\Z"), st.text(max_size=40))
def test_a_number_in_any_text_is_masked(before: str, number: str, after: str) -> None:
    assert number not in mask_text(before + number + after)


def test_values_are_masked_however_deeply_they_lie() -> None:
    event = {
        "a": [NUMBER, {"b": (NUMBER.encode(), int(DIGITS))}],
        NUMBER: 1,
        "e": ValueError(NUMBER),
        "n": 17,
        "t": 0.5,
    }
    masked = mask(event)
    assert DIGITS not in str(masked)
    assert isinstance(masked, dict)
    assert (masked["n"], masked["t"]) == (17, 0.5)


PROGRAM = f"""
import logging, warnings
from app.kit.log import configure_log, get_logger
configure_log()
log = get_logger("calls")
log.info("call began", number={NUMBER!r}, call={CALL!r}, took_seconds=0.25)
log.bind(caller={NUMBER!r}).warning("call lost")
logging.getLogger("uvicorn.error").error("bad request from %s", {NUMBER!r})
logging.getLogger("uvicorn.access").info("a line for each request")
warnings.warn("odd " + {NUMBER!r})
try:
    raise ValueError({NUMBER!r})
except ValueError:
    log.exception("step failed")
raise RuntimeError({NUMBER!r})
"""


def test_the_whole_program_writes_key_value_lines_without_anything_personal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, cwd=PROJECT_ROOT
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert DIGITS not in done.stderr
    assert CALL not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 6
    assert all(line.startswith("at=20") for line in lines)
    assert f'level=info logger=calls event="call began" number={MASKED} call={MASKED} took_seconds=0.25' in lines[0]
    assert f"caller={MASKED}" in lines[1]
    assert "event=crash" in lines[5]
    assert "RuntimeError" in lines[5]
