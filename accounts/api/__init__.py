"""The REST API of people and companies."""
