"""`hotline demo shift`: the demonstration with callers for practice and a tour; and what a demonstration tells."""

import typer
from rich.console import Console

from app.kit.settings import DEMO_PREFIX, Settings

out = Console(highlight=False, soft_wrap=True)


def begin_shift(context: typer.Context) -> None:
    """Serve the demonstration with simulated callers who call the agent, and a guided tour of the desk."""
    context.obj(shift=True)


def tell_demo(settings: Settings, *, shift: bool) -> None:
    """Where everything is, once it is there."""
    base = settings.public_base_url
    practice = f"  Practice       {base}/login?next=/line   (enter as Agent; the tour leads on)\n" if shift else ""
    out.print(
        f"\nThe return hotline's demonstration is ready. It speaks drafts that nobody has reviewed.\n"
        f"{practice}"
        f"  Telephone      {base}/phone\n"
        f"  Work area      {base}/login   (every role, without a password)\n"
        f"  Webhooks       {base}/voice/incoming  {base}/voice/step  {base}/voice/status\n"
        f"  Hotline number {settings.hotline_number}\n"
        f"  Twilio token   {_demo_token(settings)}\n"
        f"  Data           {'the database of DATABASE_URL' if settings.database_url else settings.hotline_data}\n"
        f"Ctrl-C ends it.\n"
    )


def _demo_token(settings: Settings) -> str:
    """The demo's own token is told, so that an outside program can sign; a real one never is."""
    if settings.twilio_auth_token.startswith(DEMO_PREFIX):
        return f"{settings.twilio_auth_token}   (sign requests with it; the demo's own)"
    return "the one of TWILIO_AUTH_TOKEN"
