"""The post between the stand-in and the site's door: webhooks are lost, doubled and overtaken on the way."""

import http.client
import http.server
import threading
import time
from urllib.parse import urlsplit

FATES = (12, 15, 25, 48)  # of 100: dropped, doubled, delayed, carried
LONGEST = 0.8  # true seconds that a delayed one is overtaken in


def serve(to, port, rng, note, is_open):
    """Stripe is told that all is well, whatever becomes of a letter; else the site's own answer."""
    address = urlsplit(to).netloc

    class Post(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fate = rng.choices(("dropped", "doubled", "delayed", "carried"), FATES)[0]
            fate = fate if is_open() else "lost while no post came for days"
            note(f"webhook {fate}")
            if fate in ("doubled", "delayed"):
                wait = rng.uniform(0, LONGEST) if fate == "delayed" else 0
                threading.Thread(target=self.carry, args=(body, wait), daemon=True).start()
            self.answer(self.carry(body) if fate in ("doubled", "carried") else 200)

        def carry(self, body, wait=0.0):
            time.sleep(wait)
            names = ("Content-Type", "Stripe-Signature", "User-Agent")
            headers = {name: self.headers[name] for name in names}
            connection = http.client.HTTPConnection(address, timeout=10)
            try:
                connection.request("POST", self.path, body, headers)
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):  # the door died meanwhile: Stripe will try again
                return 502
            finally:
                connection.close()

        def answer(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    http.server.ThreadingHTTPServer.daemon_threads = True
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Post).serve_forever()
