"""A server on this machine that plays all outside sources, with answers shaped as they document.

The answers in `tests/sources/lookup/answers/` keep the fields and the quirks of the services' own;
facts of people (ORCIDs) are the examples of orcid.org.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from app.services.lookup.asking import LookupSettings
from app.sources.contract import Fetch
from app.sources.lookup.fetch import FetchSettings, HostSchedule, make_fetch
from app.sources.lookup.registry import HOSTS
from tests.helpers.waiting import SAFETY, deadline

ANSWERS = Path(__file__).parents[2] / "sources/lookup/answers"
# A paper that several sources know.
USUAL = {
    "export.arxiv.org/api/query": "arxiv.xml",
    "api.crossref.org/works/10.1109/cvpr.2016.90": "crossref.json",
    "api.crossref.org/works": "crossref_search.json",
    "dblp.org/rec/conf/cvpr/HeZRS16.xml": "dblp.xml",
    "dblp.org/search/publ/api": "dblp_search.json",
    "api2.openreview.net/notes": "openreview.json",
    "api2.openreview.net/notes/search": "openreview.json",
    "aclanthology.org/N19-1423.bib": "acl.bib",
}


@dataclass
class Reply:
    """What the server says.

    Attributes:
        body: may write to the connection by itself.
        held: whether it says nothing before the test sets `StandIn.let_go`.
    """

    status: int = 200
    body: bytes | Callable[[Any], None] = b""
    headers: dict[str, str] = field(default_factory=dict)
    held: bool = False


class StandIn:
    """The server; `replies` by host and path, or with the query; `asked` what came in.

    `keys` are those that came with it. What is held comes when `let_go` is set.
    """

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.keys: list[str] = []
        self.let_go = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_port
        # It looks for the end every so often, and closing waits for that.
        serve = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        serve.start()

    def usual(self) -> None:
        """Answer as the services do."""
        self.replies.clear()
        self.asked.clear()
        self.let_go.clear()
        for address, name in USUAL.items():
            self.replies[address] = Reply(body=(ANSWERS / name).read_bytes())

    def outside(self, folder: Path, *, on: bool = True) -> LookupSettings:
        """How a site asks that has this server as its outside."""
        return LookupSettings(on, self.asking(), folder)

    def asking(self) -> FetchSettings:
        return FetchSettings(
            "Shortlist (tests)", self.port, HostSchedule(dict.fromkeys(HOSTS, 0.0))
        )

    def fetch(self, seconds: float = SAFETY) -> Fetch:
        return make_fetch(self.asking(), deadline(seconds))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = self.headers["Host"] + unquote(self.path.partition("?")[0])
                stand_in.asked.append(self.headers["Host"] + self.path)
                stand_in.agents.add(self.headers["User-Agent"])
                stand_in.keys.append(self.headers.get("Zotero-API-Key", ""))
                missing = Reply(404, b"Resource not found.")
                exactly = stand_in.replies.get(stand_in.asked[-1])
                reply = exactly or stand_in.replies.get(address, missing)
                if reply.held:
                    stand_in.let_go.wait(SAFETY)
                with suppress(OSError):  # the asker had enough
                    self._say(reply)

            def _say(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if callable(reply.body):
                    self.end_headers()
                    reply.body(self.wfile)
                else:
                    self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)

            def log_message(self, *args: object) -> None:
                pass

        return Handler
