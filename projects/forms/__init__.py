"""What people type about projects: one module for each process."""
