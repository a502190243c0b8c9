"""People who go on writing when the server goes away, and note what it has taken."""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from app.models.papers.list_entry import STATUSES
from app.rendering.sandbox.processes import BUSY
from tests.helpers.client import PASSWORD
from tests.helpers.waiting import SAFETY


class ServerBusy(OSError):
    """The server has no time for what was sent, and took nothing of it."""


class KilledClient(threading.Thread, ABC):
    """Writes until it is stopped.

    Args:
        url: of the server.
        name: of the account that is made.
        up: set while the server is there.

    Attributes:
        failure: an answer that nobody should get.
    """

    failure = ""

    def __init__(self, url: str, name: str, up: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.user = name
        self.stopping = False
        self.up = up
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        sign_up(self.opener, url, name)

    def run(self) -> None:
        while not self.stopping:
            try:
                self.write()
            except (OSError, HTTPException):  # it is killed; an answer may have begun
                self.up.wait(SAFETY)  # until the server is there again
            except AssertionError as error:
                self.failure = str(error)
                return

    @abstractmethod
    def write(self) -> None:
        """Write some things, and note what was taken."""

    @property
    @abstractmethod
    def taken(self) -> int:
        """How much was taken so far."""

    @property
    @abstractmethod
    def has_all(self) -> bool:
        """Whether something of each kind was taken."""


class Writer(KilledClient):
    """Saves drafts and summaries, votes and keeps a list.

    Attributes:
        votes, statuses: what was sent of each, the last one last.
        voted, listed: how many of them were taken.
    """

    def __init__(self, url: str, number: int, up: threading.Event, summary_id: int) -> None:
        super().__init__(url, f"writer{number}", up)
        self.key = f"conf/x/A{number}"
        self.summary_id = summary_id
        self.votes: list[int] = []
        self.statuses: list[str] = []
        self.voted = self.listed = 0
        self.path = f"/write/conf/x/A{number}"
        self.drafts: list[str] = []
        self.saved: list[str] = []
        self.count = 0

    def write(self) -> None:
        form = fields(get(self.opener, self.url + self.path), self.path)
        for _ in range(4):
            self.count += 1
            typed = {**form, "source": f"Text number {self.count}."}
            answer = post(self.opener, f"{self.url}{self.path}/draft", typed)
            self.drafts.append(typed["source"])
            form["draft"] = re.findall(r'"version":(\d+)', answer)[0]
        post(self.opener, self.url + self.path, {**typed, "draft": form["draft"]})
        self.saved.append(typed["source"])
        token = {"csrf_token": form["csrf_token"]}
        self.votes.append(1 if len(self.votes) % 2 == 0 else -1)
        vote = {**token, "value": str(self.votes[-1])}
        post(self.opener, f"{self.url}/summary/{self.summary_id}/vote", vote)
        self.voted = len(self.votes)
        self.statuses.append(STATUSES[len(self.statuses) % len(STATUSES)])
        status = {**token, "status": self.statuses[-1]}
        post(self.opener, f"{self.url}/list/entry/{self.key}/status", status)
        self.listed = len(self.statuses)

    @property
    def taken(self) -> int:
        return len(self.drafts) + len(self.saved)

    @property
    def has_all(self) -> bool:
        return bool(self.saved and self.listed)


class Importer(KilledClient):
    """Imports BibTeX, and a reading list, again and again; what was cut off is sent once more.

    Attributes:
        papers: titles that a report listed.
        lists: addresses of imports of lists that were started, with the titles in each.
        sent_once: those of them whose titles were in no other import.
        sending: the titles of the list that was sent last, taken or not.
        undone: those of one that was undone.
        cut: how many times something was broken off.
    """

    def __init__(self, url: str, number: int, up: threading.Event) -> None:
        super().__init__(url, f"importer{number}", up)
        self.papers: list[str] = []
        self.lists: dict[str, list[str]] = {}
        self.sent_once: list[str] = []
        self.cut = 0
        self._count = 0
        self._is_done = True
        self._bibtex: list[str] = []
        self.sending: list[str] = []
        self.undone: list[str] = []

    def write(self) -> None:
        is_first = self._is_done
        self.cut += not is_first
        if is_first:
            self._bibtex, self.sending = (self._next_titles() for _ in range(2))
        self._is_done = False
        self._import_papers(self._bibtex)
        address = self._import_list(self.sending)
        if is_first:
            self.sent_once.append(address)
        self._is_done = True

    def _next_titles(self) -> list[str]:
        titles = [f"{self.user} work {self._count + each}" for each in range(6)]
        self._count += len(titles)
        return titles

    def _import_papers(self, titles: list[str]) -> None:
        path = "/settings/import"
        form = fields(get(self.opener, self.url + path), path)
        report = post(self.opener, self.url + path, {**form, "bibtex": make_bibtex(titles)})
        assert "report__end--stopped" not in report, report[-1000:]
        assert report.count("report__row--") == len(titles), report[-1000:]
        assert "report__row--refused" not in report, report[-1000:]
        self.papers += titles

    def _import_list(self, titles: list[str]) -> str:
        path = "/list/import"
        form = fields(get(self.opener, self.url + path), path)
        sent = urlencode({**form, "text": make_bibtex(titles)}).encode()
        with self.opener.open(Request(self.url + path, sent), timeout=SAFETY) as answer:
            preview, address = answer.read().decode(), urlsplit(answer.url).path
        post(self.opener, self.url + address, fields(preview, address))
        self.lists[address] = titles
        return address

    @property
    def taken(self) -> int:
        return len(self.papers) + len(self.lists)

    @property
    def has_all(self) -> bool:
        return len(self.sent_once) > 1  # one is undone at the end, and one has to be there still


def make_bibtex(titles: list[str]) -> str:
    """Entries of these titles, which no other paper is taken for."""
    return "\n".join(
        f"@article{{k{''.join(re.findall('[a-z0-9]', title))}, title = {{{title}}},"
        f" author = {{Ann {title.replace(' ', '').capitalize()}}}, year = {{2020}},"
        f" journal = {{Journal of Tests}}, doi = {{10.5555/{title.replace(' ', '.')}}}}}"
        for title in titles
    )


def sign_up(opener: OpenerDirector, url: str, name: str) -> None:
    form = fields(get(opener, f"{url}/signup"), "/signup")
    post(opener, f"{url}/signup", {**form, "name": name, "password": PASSWORD})


def get(opener: OpenerDirector, url: str) -> str:
    with opener.open(url, timeout=SAFETY) as answer:
        return str(answer.read().decode())


def post(opener: OpenerDirector, url: str, form: dict[str, str]) -> str:
    """Send a form.

    Raises:
        ServerBusy: when the server says that it took nothing.
    """
    request = Request(url, urlencode(form).encode(), {"Accept": "application/json"})
    try:
        with opener.open(request, timeout=SAFETY) as answer:
            return str(answer.read().decode())
    except HTTPError as error:
        said = error.read().decode()
        if error.code == 503 or (error.code == 422 and BUSY in said):
            raise ServerBusy from None
        problems = re.findall(r'class="problems".*?</div>', said, re.DOTALL)
        raise AssertionError(f"{error.code}: {(problems or [said])[0][:1000]}") from None


def fields(page: str, action: str) -> dict[str, str]:
    """Hidden fields of the form that is sent to an address; the rest is filled in by the test."""
    form = re.split(rf'<form[^>]* action="{re.escape(action)}"', page)[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        if 'type="hidden"' in tag:
            found[re.findall(r'name="([^"]*)"', tag)[0]] = re.findall(r'value="([^"]*)"', tag)[0]
    return found
