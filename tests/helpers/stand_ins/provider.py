"""A provider of OpenID Connect on this machine, with keys and signatures of its own; it also plays
GitHub. What it says can be changed, to see what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import pytest
from flask import Flask

from app.config import Config
from app.db import now
from app.services.providers.metadata import forget_all
from app.settings.sign_in import GITHUB, ProviderSettings, SignInSettings

pytest.importorskip("authlib", reason="needs the extra: pip install 'shortlist[sso]'")

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "shortlist at home", "a secret/of:ours"
CALLBACK = "/login/with/lab/callback"


@dataclass
class LocalProvider:
    """The provider.

    Attributes:
        claims: what it says of who signs in.
        wrong: claims that replace those of an ID token.
        key: with which it signs; `published` are those that it tells of.
        algorithm: of the signature; "none" for none.
        metadata: what replaces its own words about itself.
        token_answer: what it answers instead of tokens.
        github: what GitHub's API says.
        asked: the paths that were asked for.
        prompts, max_ages: with what browsers were sent here.
    """

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "248289761001"})
    wrong: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first"}))
    algorithm: str = "ES256"
    metadata: dict[str, Any] = field(default_factory=dict)
    token_answer: Any = None
    github: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)
    max_ages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.published = [self.key]
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def use_rsa(self) -> None:
        """Sign with another key from now on."""
        self.key, self.algorithm = RSAKey.generate_key(2048, {"kid": "second"}), "RS256"
        self.published.append(self.key)

    def settings(self, name: str = "lab", protocol: str = "openid") -> ProviderSettings:
        return ProviderSettings(name, "Lab", self.issuer, CLIENT_ID, CLIENT_SECRET, protocol)

    def attach(self, app: Flask, config: Config, **changes: Any) -> None:
        """Let people sign in to an app with this provider.

        Args:
            changes: to the settings; those of `SignInSettings` by their names too.
        """
        forget_all()
        own = {name: changes.pop(name) for name in ("passwords", "user_header") if name in changes}
        providers = (self.settings(), self.settings("github", GITHUB))
        sign_in = SignInSettings(providers=providers, **own)
        changed = replace(config, sign_in=sign_in, **changes)
        app.extensions["shortlist"] = (changed, app.extensions["shortlist"][1])

    def authorize(self, address: str) -> str:
        """Where the browser is sent back that was sent here, as path and query."""
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, strict_parsing=True))
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        self.prompts.append(query.get("prompt", ""))
        self.max_ages.append(query.get("max_age", ""))
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        back = urlsplit(query["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': query['state']})}"

    def answer(self, path: str, form: dict[str, str], headers: Any) -> Any:
        """What is answered in JSON; `None` for a path that is not there."""
        if path == "/.well-known/openid-configuration":
            return self._metadata()
        if path == "/keys":
            return {"keys": [each.as_dict(private=False) for each in self.published]}
        if path in ("/token", "/login/oauth/access_token"):
            is_said = self.token_answer is not None
            return self.token_answer if is_said else self._tokens(form, headers)
        if headers.get("Authorization") != "Bearer an-access-token":
            return None
        return {
            "/userinfo": self.claims,
            "/api/v3/user": self.github,
            "/api/v3/user/emails": self.github.get("emails"),
        }.get(path)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "scopes_supported": ["openid", "email"],
            **self.metadata,
        }

    def _tokens(self, form: dict[str, str], headers: Any) -> dict[str, str]:
        begun = self.codes.pop(form["code"], None)
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        if headers.get("Authorization", "").startswith("Basic "):
            pair = base64.b64decode(headers["Authorization"].split()[1]).decode()
            given = tuple(unquote_plus(each) for each in pair.split(":"))  # type: ignore[assignment]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if begun is None or given != (CLIENT_ID, CLIENT_SECRET):
            return {"error": "invalid_grant"}
        if challenge != begun["code_challenge"] or form["redirect_uri"] != begun["redirect_uri"]:
            return {"error": "invalid_grant"}
        tokens = {"access_token": "an-access-token", "token_type": "Bearer"}
        return {**tokens, "id_token": self._id_token(begun)} if "nonce" in begun else tokens

    def _id_token(self, begun: dict[str, str]) -> str:
        moment = int(now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": moment,
            "exp": moment + 300,
            "nonce": begun["nonce"],
            **self.claims,
            **self.wrong,
        }
        if self.algorithm == "none":
            head = {"alg": "none"}
            parts = (json.dumps(each).encode() for each in (head, claims))
            return ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts) + "."
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key)


def _handler(provider: LocalProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/authorize":
                base = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
                site = f"{urlsplit(base).scheme}://{urlsplit(base).netloc}"
                self.send_response(303)
                self.send_header("Location", site + provider.authorize(self.path))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._say(provider.answer(path, {}, self.headers))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(provider.answer(self.path, dict(parse_qsl(body)), self.headers))

        def _say(self, found: Any) -> None:
            provider.asked.append(self.path)
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            refused = isinstance(found, dict) and "error" in found
            self.send_response(404 if found is None else 400 if refused else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
