"""What needs every app: the home page, the dashboard, health, demo data, the local run."""
