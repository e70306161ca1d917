#!/usr/bin/env python
"""The command line: `./manage.py help` lists the commands, `./manage.py local` starts everything here."""

import os
import sys

from django.core.management import execute_from_command_line

from marketplace.site.local import discovery, run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    if sys.argv[1:2] == ["local"]:  # before Django, whose settings name the services that it starts
        sys.exit(run.main(sys.argv[2:]))
    discovery.adopt_running(os.environ)
    with discovery.no_database_in_a_line(os.environ):
        execute_from_command_line(sys.argv)
