"""Which function answers which path; Azure's paths know no case."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from azure_double.exchange import Request, Response

Handler = Callable[..., Response]


@dataclass(frozen=True)
class Route:
    """One answer.

    Args:
        methods: Upper case, with blanks between.
        path: Regular expression of the whole path; its named groups are the handler's keywords.
        handler: Takes the request and the groups.
    """

    methods: str
    path: str
    handler: Handler


class Router:
    """The first route that fits.

    Args:
        routes: In the order in which they are tried.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [
            (route.methods.split(), re.compile(route.path, re.IGNORECASE), route.handler) for route in routes
        ]

    def find(self, request: Request) -> Callable[[], Response] | None:
        """Return what answers a request; None = nothing does."""
        for methods, pattern, handler in self._routes:
            if request.method in methods and (match := pattern.fullmatch(request.path)):
                groups = match.groupdict()
                return lambda handler=handler, groups=groups: handler(request, **groups)
        return None
