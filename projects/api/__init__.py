"""The REST API of projects, applications and work: the rules and the sight of the pages."""
