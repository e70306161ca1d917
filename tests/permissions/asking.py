"""Who asks for an address, where it should be somebody who gets through."""

from contextlib import nullcontext

from tests.databases import rolled_back
from tests.permissions.addresses import lines, tables

FURTHEST = (
    "201",
    "200",
    "204",
    "302",
    "301",
    "422",
    "409",
    "405",
    "403",
    "400",
    "404",
    "401",
    "login",
    "admin",
    "signup",
    "",
)


def asked_by(line, method="GET"):
    """Whoever gets furthest."""
    return how_far(line, method)[1]


def how_far(line, method):
    """The furthest that anybody gets, the less the further, and who."""
    told = {who: cell.partition("/")[2 if method == "POST" else 0] for who, cell in line.told.items()}
    return min((FURTHEST.index(status), who) for who, status in told.items())


def pages_of(world, method="GET", *, stripe=False):
    """The address of each route with who asks it; of the administration's tables, for a superuser."""
    chosen = {}
    for line in lines():
        if line.method:
            continue
        takes_it = method != "POST" or any("/" in cell for cell in line.told.values())
        if takes_it and line.asks_stripe == stripe:
            far, who = how_far(line, method)
            asking = (far, line.address(world.things), who)
            chosen[line.route] = min(asking, chosen.get(line.route, asking))
    found = [(address, who) for _, address, who in chosen.values()]
    if not stripe:
        for table in tables():
            addresses = table.addresses(world.things)
            found += [(addresses[page], "root") for page in ("list", "add", "change")]
    return found


def ask(world, who, method, address, *, stripe=False, **sent):
    with nullcontext() if stripe else rolled_back():
        return world.ask(who, method, address, **sent)
