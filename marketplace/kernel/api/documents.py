"""How the API reads what it is sent and writes what it answers. The framework loads this before its views."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser


class DocumentParser(JSONParser):
    """JSON; one that is nested deeper than Python can follow is malformed, and not an error of ours."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("This document is nested too deeply.") from error


class OneKind(DefaultContentNegotiation):
    """There is one kind of answer, whatever `Accept` says: RFC 9110 section 12.5.1 allows it."""

    def select_renderer(self, request: Any, renderers: Iterable[Any], format_suffix: Any = None) -> Any:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
