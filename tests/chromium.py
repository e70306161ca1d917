"""`python -m tests.chromium`: see that a browser is there for the tests, or install it, or say what is missing."""

import os
import shutil
import subprocess
import sys

# The shell is the same browser without its windows: a page costs it about a third.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def found() -> str | None:
    """The browser's program: what CHROMIUM names, else the first of `NAMES` on the PATH."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Debian's package, where root may install it; older releases have no shell."""
    sys.stdout.write("Installing Debian's chromium for the browser tests\n")
    apt("update")
    for name in NAMES[:2]:
        if apt("install", "-y", name) == 0:
            return


def apt(*command: str) -> int:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-qq", *command], stdout=subprocess.DEVNULL, env=env, check=False)
    return done.returncode


def main() -> int:
    if found() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install()
    if found() is None:
        sys.stdout.write("One thing is missing: the browser chromium. Install your system's package.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
