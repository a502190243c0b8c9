"""Settings: one frozen object, read once from the environment; a bad value stops the program."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.licences import LICENCES, Licence
from app.sign_in_settings import (
    PLACEHOLDERS,
    SignInSettings,
    list_known_names,
    read_sign_in,
)

PREFIX = "SHORTLIST_"
TEST_PREFIX = "SHORTLIST_TEST_"
MIN_SECRET_LENGTH = 32
MIN_TOKEN_LENGTH = 16
MAX_SITE_NAME_CHARS = 60
MAX_WELCOME_CHARS = 2000
PROGRAM_NAME = "Shortlist"
# How the connection to a mail server is encrypted, and the port that is usual for it.
SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_EMAIL_ADDRESS = r"[\w.+-]{1,100}@[\w.-]{1,100}"


# What a backup keeps of the settings. Never one that may hold a password or a key: whoever finds a
# backup must not be able to sign cookies, or to enter the database or another service.
KEPT_IN_BACKUPS = (
    *("SITE_URL", "SITE_NAME", "WELCOME", "LICENCE", "PROXIES", "SIGNUP", "RATE_LIMITS", "LOOKUPS"),
    *("CONTACT", "CACHE_MB", "PASSWORD_COST", "BACKUP_HOURS", "BACKUP_KEEP"),
    *("LOG", "LOG_REQUESTS", "SLOW_QUERY_MS"),
    *("BUCKET", "BUCKET_URL", "BUCKET_REGION", "BUCKET_PREFIX"),
    *("SSO", "PASSWORD_SIGN_IN", "USER_HEADER", "USER_HEADER_FROM"),
)


class ConfigError(Exception):
    """A setting that cannot be used; the message names it and says what would do."""


@dataclass(frozen=True)
class BackupSettings:
    """Where and how often backups are made, and what they say of the settings.

    Args:
        folder: where they are kept.
        hours: between two of them.
        keep: how many are kept; 0 makes none on its own.
        told: the settings that a backup contains, by their names.
    """

    folder: Path
    hours: int = 24
    keep: int = 7
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailSettings:
    """How mail is sent.

    Args:
        sender: the address that it comes from.
        host: of the SMTP server; empty means that mail is kept in a folder and not sent.
        port: of the server.
        security: one of `SMTP_PORTS`.
        user, password: to sign in to the server with; empty for one that asks for none.
        seconds: for each step of the conversation with the server.
    """

    sender: str = "shortlist@localhost"
    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: int = 10


NO_MAIL_SERVER = MailSettings()
ONLY_PASSWORDS = SignInSettings()


@dataclass(frozen=True)
class BucketSettings:
    """A bucket of a storage that speaks S3, in which images are kept.

    Args:
        name: of the bucket.
        url: of the storage; empty for Amazon's.
        region: in which the bucket is.
        key, secret: to sign requests with.
        prefix: with which the names of all objects begin; empty, or with a slash at the end.
        seconds: for each request.
    """

    name: str
    url: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = field(default="", repr=False)
    prefix: str = ""
    seconds: int = 5


@dataclass(frozen=True)
class Config:
    """What an installation can be told.

    Args:
        data_dir: folder for the SQLite file, the fonts and uploads.
        database_url: SQLAlchemy address of the database.
        secret_key: signs cookies; at least 32 characters. `None` means "not set".
        site_url: address under which readers reach the site, without a slash at the end; empty
            means "as the request says". It is used in feeds and to recognise our own links.
        site_name: what the site is called, in titles, the masthead, feeds and citations.
        welcome: Markdown that guests read above the front page's list; empty means our own words.
        licence: under which writers publish their summaries; `None` asks for none.
        proxies: number of reverse proxies in front whose `X-Forwarded-*` headers are believed.
        rate_limit_storage: where Flask-Limiter counts: `database://`, `memory://` (per process) or
            `redis://…`.
        rate_limits: whether requests are limited at all; tests of other things turn it off.
        signup: whether strangers may make accounts.
        by_invitation: whether those who were invited may, while strangers may not.
        password_cost: argon2's time cost in passes; 3 is the library's default. 0, which the
            environment cannot give, takes hardly any time or memory, for tests.
        lookups: whether papers are looked up at arXiv, Crossref, dblp, OpenReview and the ACL
            Anthology when somebody adds one.
        contact: the address of who runs the site, told to those services.
        security_contact: whom to tell about security problems, in `security.txt`; empty for none.
        idle_days: after so many days without a request a session ends; all end after 90 days.
        cache_bytes: memory of each worker for pages of who is not signed in; 0 keeps none.
        backups: where and how often backups are made; `None`, which the environment cannot give,
            makes none on its own.
        metrics_token: what a program shows to read `/metrics`; empty means that there is none.
        log_json: whether each line of the log is a JSON object.
        log_requests: whether each request is logged.
        slow_query_ms: statements of the database that take longer are logged; 0 logs none.
        mail: how mail is sent.
        bucket: where images are kept; `None` keeps them in the data directory.
        sign_in: how people sign in.
    """

    data_dir: Path
    database_url: str
    secret_key: str | None = None
    site_url: str = ""
    site_name: str = PROGRAM_NAME
    welcome: str = ""
    licence: Licence | None = None
    proxies: int = 0
    rate_limit_storage: str = "database://"
    rate_limits: bool = True
    signup: bool = True
    by_invitation: bool = False
    password_cost: int = 3
    lookups: bool = True
    contact: str = ""
    security_contact: str = ""
    idle_days: int = 90
    cache_bytes: int = 64_000_000
    backups: BackupSettings | None = None
    metrics_token: str = ""
    log_json: bool = False
    log_requests: bool = False
    slow_query_ms: int = 1000
    mail: MailSettings = NO_MAIL_SERVER
    bucket: BucketSettings | None = None
    sign_in: SignInSettings = ONLY_PASSWORDS

    @property
    def https(self) -> bool:
        """Whether cookies may be marked `Secure` and HSTS be sent."""
        return self.site_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read `SHORTLIST_*` variables.

        Raises:
            ConfigError: for a variable that we do not know, or a value that cannot be used.
        """
        known = {
            "DATA_DIR",
            "DATABASE_URL",
            "SECRET_KEY",
            "SITE_URL",
            "SITE_NAME",
            "WELCOME",
            "LICENCE",
            "PROXIES",
            "RATE_LIMIT_STORAGE",
            "RATE_LIMITS",
            "SIGNUP",
            "PASSWORD_COST",
            "LOOKUPS",
            "CONTACT",
            "CACHE_MB",
            "BACKUP_DIR",
            "BACKUP_HOURS",
            "BACKUP_KEEP",
            "METRICS_TOKEN",
            "LOG",
            "LOG_REQUESTS",
            "SLOW_QUERY_MS",
            "IDLE_DAYS",
            "MAIL_FROM",
            "SECURITY_CONTACT",
            "SMTP_HOST",
            "SMTP_PORT",
            "SMTP_SECURITY",
            "SMTP_USER",
            "SMTP_PASSWORD",
            "SMTP_SECONDS",
            "BUCKET",
            "BUCKET_URL",
            "BUCKET_REGION",
            "BUCKET_KEY",
            "BUCKET_SECRET",
            "BUCKET_PREFIX",
            "BUCKET_SECONDS",
            "SSO",
            "PASSWORD_SIGN_IN",
            "USER_HEADER",
            "USER_HEADER_FROM",
        }
        given = {
            name.removeprefix(PREFIX): value.strip()
            for name, value in environ.items()
            if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and value.strip()
        }
        for name in given.keys() - known - list_known_names(given.get("SSO", "")):
            names = ", ".join(PREFIX + each for each in sorted({*known, *PLACEHOLDERS}))
            raise ConfigError(f"{PREFIX}{name} is not a setting. The settings are {names}.")
        data_dir = Path(given.get("DATA_DIR", "instance")).expanduser().absolute()
        site_url = _site_url(given.get("SITE_URL", ""))
        signup = given.get("SIGNUP", "on").lower()
        if signup not in ("on", "invitation", "off"):
            raise ConfigError(f"{PREFIX}SIGNUP must be on, invitation or off, not {signup!r}.")
        return cls(
            data_dir=data_dir,
            database_url=_database_url(given.get("DATABASE_URL"), data_dir),
            secret_key=_secret_key(given.get("SECRET_KEY")),
            site_url=site_url,
            site_name=_site_name(given.get("SITE_NAME", PROGRAM_NAME)),
            welcome=_welcome(given.get("WELCOME", "")),
            licence=_licence(given.get("LICENCE", "none")),
            proxies=_number("PROXIES", given.get("PROXIES", "0"), 0, 10),
            rate_limit_storage=given.get("RATE_LIMIT_STORAGE", "database://"),
            rate_limits=_switch("RATE_LIMITS", given.get("RATE_LIMITS", "on")),
            signup=signup == "on",
            by_invitation=signup == "invitation",
            password_cost=_number("PASSWORD_COST", given.get("PASSWORD_COST", "3"), 1, 20),
            lookups=_switch("LOOKUPS", given.get("LOOKUPS", "on")),
            contact=_contact("CONTACT", given.get("CONTACT", "")),
            security_contact=_contact("SECURITY_CONTACT", given.get("SECURITY_CONTACT", "")),
            cache_bytes=_number("CACHE_MB", given.get("CACHE_MB", "64"), 0, 100_000) * 1_000_000,
            backups=_backups(given, data_dir),
            metrics_token=_metrics_token(given.get("METRICS_TOKEN", "")),
            log_json=_choice("LOG", given.get("LOG", "text"), ("text", "json")) == "json",
            log_requests=_switch("LOG_REQUESTS", given.get("LOG_REQUESTS", "off")),
            slow_query_ms=_number("SLOW_QUERY_MS", given.get("SLOW_QUERY_MS", "1000"), 0, 600_000),
            idle_days=_number("IDLE_DAYS", given.get("IDLE_DAYS", "90"), 1, 90),
            mail=_mail(given, site_url),
            bucket=_bucket(given),
            sign_in=_sign_in(given, site_url),
        )


def _backups(given: Mapping[str, str], data_dir: Path) -> BackupSettings:
    return BackupSettings(
        folder=Path(given.get("BACKUP_DIR", data_dir / "backups")).expanduser().absolute(),
        hours=_number("BACKUP_HOURS", given.get("BACKUP_HOURS", "24"), 1, 24 * 365),
        keep=_number("BACKUP_KEEP", given.get("BACKUP_KEEP", "7"), 0, 10_000),
        told={PREFIX + name: given[name] for name in KEPT_IN_BACKUPS if name in given},
    )


def _database_url(value: str | None, data_dir: Path) -> str:
    if value is None:
        return f"sqlite:///{data_dir / 'shortlist.sqlite3'}"
    if value.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + value.split("://", 1)[1]
    if value.startswith(("postgresql+psycopg://", "sqlite:///")):
        if value.rstrip("/") in ("sqlite:", "sqlite:///:memory:"):
            raise ConfigError(
                f"{PREFIX}DATABASE_URL must name a file, such as sqlite:////srv/a.db."
            )
        return value
    raise ConfigError(
        f"{PREFIX}DATABASE_URL must start with sqlite:/// or postgresql://, "
        f"not {value.split(':')[0]!r}."
    )


def _secret_key(value: str | None) -> str | None:
    if value is not None and len(value) < MIN_SECRET_LENGTH:
        raise ConfigError(
            f"{PREFIX}SECRET_KEY is too short: it needs at least {MIN_SECRET_LENGTH} characters. "
            'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return value


def _site_url(value: str) -> str:
    if not value:
        return ""
    if not re.fullmatch(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?/?", value, re.ASCII):
        raise ConfigError(
            f"{PREFIX}SITE_URL must be a URL such as https://papers.example.org, not {value!r}."
        )
    return value.rstrip("/")


def _site_name(value: str) -> str:
    # It goes into titles and XML, on one line.
    if len(value) > MAX_SITE_NAME_CHARS or not value.isprintable():
        raise ConfigError(
            f"{PREFIX}SITE_NAME must be one line of at most {MAX_SITE_NAME_CHARS} characters."
        )
    return value


def _welcome(value: str) -> str:
    if len(value) > MAX_WELCOME_CHARS:
        raise ConfigError(
            f"{PREFIX}WELCOME must have at most {MAX_WELCOME_CHARS:,} characters; "
            f"it has {len(value):,}."
        )
    return value


def _licence(value: str) -> Licence | None:
    known = {each.lower(): licence for each, licence in LICENCES.items()}
    if value.lower() not in ("none", *known):
        names = ", ".join(LICENCES)
        raise ConfigError(f"{PREFIX}LICENCE must be none or one of {names}, not {value!r}.")
    return known.get(value.lower())


def _contact(name: str, value: str) -> str:
    # It goes into a header, and there between brackets.
    if value and not re.fullmatch(rf"{_EMAIL_ADDRESS}|https://[\w./~-]{{1,200}}", value, re.A):
        raise ConfigError(
            f"{PREFIX}{name} must be a mail address, or a page that begins with https://, "
            f"not {value!r}."
        )
    return value


def _mail(given: Mapping[str, str], site_url: str) -> MailSettings:
    host = given.get("SMTP_HOST", "")
    if not host and any(name.startswith("SMTP_") for name in given):
        raise ConfigError(f"{PREFIX}SMTP_HOST must be set when other settings of SMTP are.")
    if host and not re.fullmatch(r"[\w.-]{1,200}|[0-9a-fA-F:]{2,45}", host, re.A):
        raise ConfigError(f"{PREFIX}SMTP_HOST must be the name of a server, not {host!r}.")
    if host and not site_url:
        raise ConfigError(f"{PREFIX}SMTP_HOST needs {PREFIX}SITE_URL, for the links in mail.")
    security = given.get("SMTP_SECURITY", "starttls").lower()
    if security not in SMTP_PORTS:
        raise ConfigError(f"{PREFIX}SMTP_SECURITY must be starttls, tls or none.")
    user, password = given.get("SMTP_USER", ""), given.get("SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise ConfigError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD go together.")
    if user and security == "none":
        raise ConfigError(
            f"{PREFIX}SMTP_PASSWORD is only sent encrypted: set {PREFIX}SMTP_SECURITY."
        )
    site_host = urlsplit(site_url).hostname or "localhost"
    sender = given.get("MAIL_FROM", f"shortlist@{site_host}")
    if not re.fullmatch(_EMAIL_ADDRESS, sender, re.A):
        raise ConfigError(
            f"{PREFIX}MAIL_FROM must be a mail address, such as papers@example.org, not {sender!r}."
        )
    return MailSettings(
        sender=sender,
        host=host,
        port=_number("SMTP_PORT", given.get("SMTP_PORT", str(SMTP_PORTS[security])), 1, 65535),
        security=security,
        user=user,
        password=password,
        seconds=_number("SMTP_SECONDS", given.get("SMTP_SECONDS", "10"), 1, 30),
    )


def _bucket(given: Mapping[str, str]) -> BucketSettings | None:
    name = given.get("BUCKET", "")
    if not name:
        if any(each.startswith("BUCKET_") for each in given):
            raise ConfigError(f"{PREFIX}BUCKET must be set when other settings of the bucket are.")
        return None
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name, re.A):
        raise ConfigError(f"{PREFIX}BUCKET must be the name of a bucket, not {name!r}.")
    url = given.get("BUCKET_URL", "")
    if url and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./-]*)?", url, re.A):
        raise ConfigError(f"{PREFIX}BUCKET_URL must be a URL such as https://s3.example.org.")
    key, secret = given.get("BUCKET_KEY", ""), given.get("BUCKET_SECRET", "")
    if not key or not secret:
        raise ConfigError(f"{PREFIX}BUCKET needs {PREFIX}BUCKET_KEY and {PREFIX}BUCKET_SECRET.")
    prefix = given.get("BUCKET_PREFIX", "").strip("/")
    if not re.fullmatch(r"[\w./-]{0,200}", prefix, re.A):
        raise ConfigError(f"{PREFIX}BUCKET_PREFIX must be letters, digits and - _ . / only.")
    return BucketSettings(
        name=name,
        url=url.rstrip("/"),
        region=given.get("BUCKET_REGION", "us-east-1"),
        key=key,
        secret=secret,
        prefix=f"{prefix}/" if prefix else "",
        seconds=_number("BUCKET_SECONDS", given.get("BUCKET_SECONDS", "5"), 1, 60),
    )


def _sign_in(given: Mapping[str, str], site_url: str) -> SignInSettings:
    passwords = _switch("PASSWORD_SIGN_IN", given.get("PASSWORD_SIGN_IN", "on"))
    try:
        return read_sign_in(given, PREFIX, site_url, passwords=passwords)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _number(name: str, value: str, lowest: int, highest: int) -> int:
    if not value.isdecimal() or not lowest <= int(value) <= highest:
        raise ConfigError(
            f"{PREFIX}{name} must be a number from {lowest} to {highest}, not {value!r}."
        )
    return int(value)


def _metrics_token(value: str) -> str:
    if value and (len(value) < MIN_TOKEN_LENGTH or not value.isascii()):
        raise ConfigError(
            f"{PREFIX}METRICS_TOKEN must have at least {MIN_TOKEN_LENGTH} ASCII characters."
        )
    return value


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value.lower() not in choices:
        raise ConfigError(f"{PREFIX}{name} must be {' or '.join(choices)}, not {value!r}.")
    return value.lower()


def _switch(name: str, value: str) -> bool:
    if value.lower() not in ("on", "off"):
        raise ConfigError(f"{PREFIX}{name} must be on or off, not {value!r}.")
    return value.lower() == "on"
