"""A real OpenID provider, Canaille, on a loopback port, with one person in its database; it tells its issuer when up.

Run as a program of its own: it knows nothing of the hotline, and the hotline's tests reach it by HTTP alone.
"""

import logging
import socket
import sys
from pathlib import Path

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from canaille.backends.sql.backend import Base
from canaille.oidc.provider import authorization
from werkzeug.serving import make_server

FOLDER, LOGIN, NAME, PASSWORD, ADDRESS = sys.argv[1:6]


def main() -> None:
    logging.disable()
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(
        config={
            "SECRET_KEY": "a secret of the tests",
            "SERVER_NAME": host,
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "sql", "FAVICON": None},
            # Its store in memory finds what meets one condition of several, and so takes one code for another.
            "CANAILLE_SQL": {
                "DATABASE_URI": f"sqlite:///{Path(FOLDER, 'people.sqlite')}",
                "AUTO_MIGRATE": False,
                "PASSWORD_HASH_PARAMS": {"pbkdf2_sha512__rounds": 1000},
            },
            "CANAILLE_OIDC": {"DYNAMIC_CLIENT_REGISTRATION_OPEN": True},
        }
    )
    # Its own access tokens are the same twice within a second, which its database refuses; these are random.
    app.config["OAUTH2_ACCESS_TOKEN_GENERATOR"] = True
    authorization.register_token_generator("default", authorization.create_bearer_token_generator(app.config))
    with app.app_context(), Backend.instance.session():
        # Making the tables at once takes a small part of the time that migrating to them takes.
        Base.metadata.create_all(Backend.instance.engine)
        person = models.User(
            user_name=LOGIN,
            display_name=LOGIN,
            formatted_name=NAME,
            family_name=NAME.split()[-1],
            emails=[ADDRESS],
            password=PASSWORD,
        )
        Backend.instance.save(person)
    server = make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno())
    print(f"http://{host}", flush=True)  # noqa: T201 - the tests read the issuer here
    server.serve_forever()


main()
