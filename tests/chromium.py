"""`python -m tests.chromium`: see that a browser is there for the tests, or install it, or say what is missing."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Debian's package, where root may install it."""
    sys.stdout.write("Installing Debian's chromium for the browser tests\n")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=True, **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True, **quiet)


def main() -> int:
    if found() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install()
    if found() is None:
        sys.stdout.write("One thing is missing: the browser chromium. Install your system's package.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
