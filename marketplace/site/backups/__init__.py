"""Backups: one folder with the database, the files and a manifest of what must be there when it is restored."""
