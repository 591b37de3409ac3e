"""Who may ask the server: this machine's reader, who was given the token, and no foreign page.

A page of another site that is open in the same browser can send requests to this machine too. So a
request must name the server as it was started (``Host``), one that may act must come from its own
pages (``Origin``), and all must know the token of this launch: from the printed address at first,
then from a cookie that scripts cannot read and other sites do not send with what acts.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""Names of this machine that never leave it."""
TOKEN = "token"
"""What the printed address calls the token."""
_SAFE = {"GET", "HEAD", "OPTIONS"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """What a request must know."""

    hosts: frozenset[str]
    """Names with port under which the server may be asked."""
    token: str
    cookie: str
    """Name of the cookie; with the port, since cookies do not tell ports apart."""

    def refusal(self) -> tuple[str, int] | None:
        """Why the present request is refused, and with which status; None where it is not."""
        host = request.headers.get("Host", "").lower()
        if host not in self.hosts:
            return f"This server is not {host[:80]!r}: open the address that it printed.", 421
        if request.method not in _SAFE and request.headers.get("Origin") != f"http://{host}":
            return "A page of another origin may not ask this server for anything.", 403
        if not self._known(request.cookies.get(self.cookie, "")):
            return (
                "This dashboard is open to whoever has its address as the command printed it, "
                "token included: open that one, or start the command again.",
                403,
            )
        return None

    def arrives(self) -> AnyResponse | None:
        """The answer to the printed address: a cookie instead of the token; else None."""
        host = request.headers.get("Host", "").lower()
        if request.method != "GET" or TOKEN not in request.args or host not in self.hosts:
            return None
        if not self._known(request.args[TOKEN]):
            return None
        rest = [(k, v) for k, v in request.args.items(multi=True) if k != TOKEN]
        # Two slashes in front would name another server.
        path = "/" + request.path.lstrip("/\\")
        answer = redirect(path + (f"?{urlencode(rest)}" if rest else ""), 303)
        answer.set_cookie(self.cookie, self.token, httponly=True, samesite="Lax", path="/")
        return answer

    def _known(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())


def guard_of(host: str, port: int, token: str) -> Guard:
    """The guard of a server that listens at an address."""
    names = LOOPBACK if host in (*LOOPBACK, "::1") else (f"[{host}]" if ":" in host else host,)
    return Guard(frozenset(f"{name}:{port}" for name in names), token, f"ringfence-{port}")


def watch(server: Flask, guard: Guard, policy: str) -> None:
    """Hold every request of a server against a guard, and every answer to a content policy."""

    @server.before_request
    def hold() -> AnyResponse | None:
        if (answer := guard.arrives()) is not None:
            return answer
        if (refused := guard.refusal()) is not None:
            words, status = refused
            return Response(words + "\n", status, mimetype="text/plain")
        return None

    @server.after_request
    def seal(answer: Response) -> Response:
        for name, value in _HEADERS.items():
            answer.headers[name] = value
        answer.headers["Content-Security-Policy"] = policy
        if not request.path.startswith(("/_dash-component-suites/", "/assets/")):
            answer.headers["Cache-Control"] = "no-store"
        return answer
