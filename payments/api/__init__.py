"""The REST API of offers, work handed in, and money."""
