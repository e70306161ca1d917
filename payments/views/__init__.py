"""The pages and doors of money: one module for each process."""
