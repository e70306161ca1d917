"""The pages of projects, applications and work: one module for each process."""
