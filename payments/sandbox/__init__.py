"""A stateful stand-in for Stripe: pages, API, webhooks, clock and books of its own."""
