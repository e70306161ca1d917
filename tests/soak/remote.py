"""The control of the stand-in for Stripe, over HTTP."""

import json
import urllib.request


class Remote:
    """The stand-in's control, over HTTP."""

    def __init__(self, base):
        self.base = base

    def __getattr__(self, name):
        return lambda **arguments: self.ask(name, json.dumps(arguments).encode())

    def ask(self, name, body=None):
        """What it answers. Raises OSError, an HTTPError where it refuses."""
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/_sandbox/{name}", body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["result"]

    def books(self):
        return self.ask("books")

    def report(self):
        return self.ask("report")

    def struck(self):
        """How often each kind of fault has struck."""
        kinds = {}
        for fault in self.ask("faults"):
            name = fault["kind"].partition(":")[0]
            kinds[name] = kinds.get(name, 0) + fault["fired"]
        return kinds
