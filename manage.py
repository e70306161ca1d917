#!/usr/bin/env python
"""The command line: `./manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

from marketplace.site.local import discovery

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    discovery.adopt_running(os.environ)
    execute_from_command_line(sys.argv)
