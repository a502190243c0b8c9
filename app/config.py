"""Settings: one frozen object, read once from the environment; a bad value stops the program."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.licences import LICENCES, Licence
from app.settings.bucket import BucketSettings, read_bucket
from app.settings.mail import NO_MAIL_SERVER, MailSettings, read_mail
from app.settings.sign_in import PLACEHOLDERS, SignInSettings, list_known_names, read_sign_in
from app.settings.values import (
    EMAIL_ADDRESS,
    PREFIX,
    ConfigError,
    read_choice,
    read_number,
    read_switch,
)

TEST_PREFIX = "SHORTLIST_TEST_"
MIN_SECRET_LENGTH = 32
MIN_TOKEN_LENGTH = 16
MAX_SITE_NAME_CHARS = 60
MAX_WELCOME_CHARS = 2000
PROGRAM_NAME = "Shortlist"


# What a backup keeps of the settings. Never one that may hold a password or a key: whoever finds a
# backup must not be able to sign cookies, or to enter the database or another service.
KEPT_IN_BACKUPS = (
    *("SITE_URL", "SITE_NAME", "WELCOME", "LICENCE", "PROXIES", "SIGNUP", "RATE_LIMITS", "LOOKUPS"),
    *("CONTACT", "CACHE_MB", "PASSWORD_COST", "BACKUP_HOURS", "BACKUP_KEEP"),
    *("LOG", "LOG_REQUESTS", "SLOW_QUERY_MS"),
    *("BUCKET", "BUCKET_URL", "BUCKET_REGION", "BUCKET_PREFIX"),
    *("SSO", "PASSWORD_SIGN_IN", "USER_HEADER", "USER_HEADER_FROM", "PASSKEYS"),
)


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


ONLY_PASSWORDS = SignInSettings()


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
        rate_limit_storage: where requests are counted: `database://`, `memory://` (per process) or
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
    database_url: str = field(repr=False)
    secret_key: str | None = field(default=None, repr=False)
    site_url: str = ""
    site_name: str = PROGRAM_NAME
    welcome: str = ""
    licence: Licence | None = None
    proxies: int = 0
    rate_limit_storage: str = field(default="database://", repr=False)
    rate_limits: bool = True
    signup: bool = True
    by_invitation: bool = False
    password_cost: int = 3
    lookups: bool = True
    contact: str = ""
    security_contact: str = ""
    idle_days: int = 90
    cache_bytes: int = 12_000_000
    backups: BackupSettings | None = None
    metrics_token: str = field(default="", repr=False)
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
            "PASSKEYS",
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
        signup = read_choice(given, "SIGNUP", ("on", "invitation", "off"))
        return cls(
            data_dir=data_dir,
            database_url=_database_url(given.get("DATABASE_URL"), data_dir),
            secret_key=_secret_key(given.get("SECRET_KEY")),
            site_url=site_url,
            site_name=_site_name(given.get("SITE_NAME", PROGRAM_NAME)),
            welcome=_welcome(given.get("WELCOME", "")),
            licence=_licence(given.get("LICENCE", "none")),
            proxies=read_number(given, "PROXIES", 0, 0, 10),
            rate_limit_storage=given.get("RATE_LIMIT_STORAGE", "database://"),
            rate_limits=read_switch(given, "RATE_LIMITS", "on"),
            signup=signup == "on",
            by_invitation=signup == "invitation",
            password_cost=read_number(given, "PASSWORD_COST", 3, 1, 20),
            lookups=read_switch(given, "LOOKUPS", "on"),
            contact=_contact("CONTACT", given.get("CONTACT", "")),
            security_contact=_contact("SECURITY_CONTACT", given.get("SECURITY_CONTACT", "")),
            cache_bytes=read_number(given, "CACHE_MB", 12, 0, 100_000) * 1_000_000,
            backups=_backups(given, data_dir),
            metrics_token=_metrics_token(given.get("METRICS_TOKEN", "")),
            log_json=read_choice(given, "LOG", ("text", "json")) == "json",
            log_requests=read_switch(given, "LOG_REQUESTS", "off"),
            slow_query_ms=read_number(given, "SLOW_QUERY_MS", 1000, 0, 600_000),
            idle_days=read_number(given, "IDLE_DAYS", 90, 1, 90),
            mail=read_mail(given, site_url),
            bucket=read_bucket(given),
            sign_in=_sign_in(given, site_url),
        )


def _backups(given: Mapping[str, str], data_dir: Path) -> BackupSettings:
    return BackupSettings(
        folder=Path(given.get("BACKUP_DIR", data_dir / "backups")).expanduser().absolute(),
        hours=read_number(given, "BACKUP_HOURS", 24, 1, 24 * 365),
        keep=read_number(given, "BACKUP_KEEP", 7, 0, 10_000),
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
    if value and not re.fullmatch(rf"{EMAIL_ADDRESS}|https://[\w./~-]{{1,200}}", value, re.A):
        raise ConfigError(
            f"{PREFIX}{name} must be a mail address, or a page that begins with https://, "
            f"not {value!r}."
        )
    return value


def _sign_in(given: Mapping[str, str], site_url: str) -> SignInSettings:
    passwords = read_switch(given, "PASSWORD_SIGN_IN", "on")
    passkeys = read_switch(given, "PASSKEYS", "off")
    try:
        return read_sign_in(given, PREFIX, site_url, passwords=passwords, passkeys=passkeys)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _metrics_token(value: str) -> str:
    if value and (len(value) < MIN_TOKEN_LENGTH or not value.isascii()):
        raise ConfigError(
            f"{PREFIX}METRICS_TOKEN must have at least {MIN_TOKEN_LENGTH} ASCII characters."
        )
    return value
