"""The demonstration from start to stop, and the sentence that says what is wrong when it cannot start."""

import shutil
import signal
import socket
from pathlib import Path

import httpx
import psutil
import pytest

from app.kit.paths import PROJECT_ROOT
from tests.demonstration import TOKEN, free_port, hotline, running_demo

CONTENT = ("app", "ivr_flows", "knowledge_base", "locales", "migrations")


def servers_on(folder: Path) -> list[psutil.Process]:
    """Database servers whose data lies below a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(folder) in word for word in words) and any("postgres" in word for word in words):
            found.append(process)
    return found


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_tells_where_things_are_and_ends_whole(tmp_path: Path, how: signal.Signals) -> None:
    with running_demo(tmp_path) as demo:
        assert f"{demo.url}/phone" in demo.printed
        assert TOKEN in demo.printed
        assert "seconds=" in demo.printed
        assert httpx.get(f"{demo.url}/", follow_redirects=True).status_code == 200
        assert servers_on(tmp_path)
        demo.stop(how)
    assert servers_on(tmp_path) == []
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{demo.url}/healthz")


def test_it_starts_again_after_it_was_killed(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        demo.stop(signal.SIGKILL)
    with running_demo(tmp_path) as demo:
        assert httpx.get(f"{demo.url}/healthz").json() == {"status": "ok"}
    assert servers_on(tmp_path) == []


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = hotline("demo", HOTLINE_PORT=str(port), HOTLINE_DATA=str(tmp_path / "data"))
    assert done.returncode == 1
    expected = f"Port {port} is used by another program: stop that one or name another port with HOTLINE_PORT."
    assert done.stderr.splitlines() == [expected]


def test_an_unreachable_database_is_one_sentence(tmp_path: Path) -> None:
    url = f"postgresql://hotline_app:secret@127.0.0.1:{free_port()}/hotline"
    done = hotline("demo", DATABASE_URL=url, HOTLINE_PORT=str(free_port()), HOTLINE_DATA=str(tmp_path / "data"))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "database" in last
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("ivr_flows/about.yaml", "then: which}", "then: nowhere}", "leads to “nowhere”, which does not exist."),
        ("ivr_flows/about.yaml", "start: which", "start: which\nstart: again", "start"),
        ("locales/tr/LC_MESSAGES/ivr.po", 'msgid "goodbye"', 'msgid "good bye"', "missing in tr."),
        ("knowledge_base/centres/DE-SN.yaml", "operator_kind: welfare", "operator_kind: wellness", "operator_kind"),
    ],
)
def test_broken_content_is_named(tmp_path: Path, file: str, old: str, new: str, sentence: str) -> None:
    for folder in CONTENT:
        shutil.copytree(PROJECT_ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    done = hotline("demo", root=tmp_path, HOTLINE_PORT=str(free_port()), HOTLINE_DATA=str(tmp_path / "data"))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_production_refuses_a_demo_and_says_why_sentence_by_sentence() -> None:
    done = hotline("serve", TWILIO_AUTH_TOKEN=TOKEN)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert "TWILIO_AUTH_TOKEN is a token of the demo." in lines
    assert any(line.startswith("SESSION_KEYS is not set") for line in lines)
    assert any(line.startswith("DATABASE_URL is not set") for line in lines)
    assert all(line.endswith(".") for line in lines)


def test_production_refuses_texts_that_nobody_approved() -> None:
    done = hotline(
        "serve",
        DATABASE_URL="postgresql://hotline_app@127.0.0.1/hotline",
        PUBLIC_BASE_URL="https://hotline.example",
        TWILIO_ACCOUNT_SID="AC" + "1" * 32,
        TWILIO_AUTH_TOKEN="real",
        SESSION_KEYS="A" * 43 + "=",
        REFERRAL_KEYS="/keys",
        HOTLINE_NUMBER="+493023125000",
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "The texts in de are not approved for production.",
        "The texts in en are not approved for production.",
    ]


def test_check_and_route_answer_on_the_command_line(tmp_path: Path) -> None:
    checked = hotline("check", "--json")
    assert checked.returncode == 0
    assert '"faults": []' in checked.stdout.splitlines()[-1]
    codes = tmp_path / "codes.txt"
    codes.write_text("04109\n14715\n00000\n")
    routed = hotline("route", "--batch", str(codes), "--json")
    assert [line.count('"id"') > 0 for line in routed.stdout.splitlines()] == [True, True, True]
    assert '"ask_place": true' in routed.stdout.splitlines()[1]
    assert '"places": []' in routed.stdout.splitlines()[2]
