"""The program that draws charts: a chart as a line of JSON comes in, its SVG goes out as another, until nobody asks."""

import json
import signal
import sys

import vl_convert


def main(fonts: str) -> None:
    """Serve charts until the input ends."""
    # Who ends the hotline by the keyboard ends this with it, by the end of its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    vl_convert.register_font_directory(fonts)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            svg = vl_convert.vegalite_to_svg(asked["spec"], format_locale=asked["locale"], allowed_base_urls=[])
            told = {"svg": svg}
        except ValueError as fault:
            told = {"fault": str(fault).splitlines()[0]}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
