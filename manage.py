#!/usr/bin/env python
"""The command line: `./manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

from marketplace.site.local.embedding import services_for

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    with services_for(sys.argv[1:2], os.environ):
        execute_from_command_line(sys.argv)
