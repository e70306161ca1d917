"""The stand-in as a process: `python -m payments.sandbox --port 8420 --data-dir var/sandbox`."""

import argparse
import ipaddress
import logging
import signal
import sys
from pathlib import Path
from types import FrameType

from werkzeug.serving import WSGIRequestHandler, make_server

from payments.sandbox.app import create_app
from payments.sandbox.config import from_environment
from payments.sandbox.webhooks import Courier

logger = logging.getLogger("sandbox")


class Quiet(WSGIRequestHandler):
    """Requests are in the log of the control; the terminal hears of trouble only."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = _options(arguments)
    if not (options.anywhere or _is_loopback(options.host)):
        sys.stderr.write(
            f"{options.host} can be reached from elsewhere, and whoever reaches the stand-in commands it. "
            "Say --anywhere if that is meant.\n"
        )
        return 2
    try:
        config = from_environment()
    except ValueError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    options.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(str(options.data_dir / "sandbox.sqlite3"), config=config, propagate=False)
    try:
        server = make_server(options.host, options.port, app, threaded=True, request_handler=Quiet)
    except SystemExit:
        app.sandbox.store.close()
        return 1  # werkzeug has said that the port is taken
    courier = Courier(app.sandbox)
    courier.start()
    signal.signal(signal.SIGTERM, _leave)
    logger.info("The Stripe stand-in answers at http://%s:%d/", options.host, server.server_port)
    try:
        server.serve_forever()
    except (KeyboardInterrupt, SystemExit):
        logger.info("The Stripe stand-in stops.")
    finally:
        courier.stop()
        server.server_close()
        app.sandbox.store.close()
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8420)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--anywhere", action="store_true", help="allow an address that others can reach")
    return parser.parse_args(arguments)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
