"""What people may ask for about their own data: a copy of everything, and that it is deleted.

`tables` says of every table what it knows of a person; `exporting` and `deleting` go by it, and a test fails
for a table that it does not name.
"""
