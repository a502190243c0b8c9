from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config
from app.licences import LICENCES
from app.settings.values import ConfigError


def test_defaults() -> None:
    config = Config.from_environment({})
    assert config.data_dir == Path.cwd() / "instance"
    assert config.database_url == f"sqlite:///{Path.cwd()}/instance/shortlist.sqlite3"
    assert config.secret_key is None
    assert (config.site_name, config.welcome) == ("Shortlist", "")
    assert not config.https


def test_values_are_read() -> None:
    config = Config.from_environment(
        {
            "SHORTLIST_DATA_DIR": "/srv/data",
            "SHORTLIST_DATABASE_URL": "postgresql://me@db/papers",
            "SHORTLIST_SITE_URL": "https://papers.example.org/",
            "SHORTLIST_SECRET_KEY": "x" * 40,
            "SHORTLIST_PROXIES": "1",
            "SHORTLIST_SIGNUP": "off",
            "SHORTLIST_LOOKUPS": "off",
            "SHORTLIST_CONTACT": "librarian@papers.example.org",
            "SHORTLIST_SITE_NAME": "Lab <b>papers</b>",
            "SHORTLIST_WELCOME": "First.\n\nSecond.",
            "SHORTLIST_LICENCE": "cc-by-4.0",
        }
    )
    assert config.database_url == "postgresql+psycopg://me@db/papers"
    assert config.site_url == "https://papers.example.org"
    assert config.https
    assert (config.proxies, config.signup, config.lookups) == (1, False, False)
    assert config.contact == "librarian@papers.example.org"
    assert (config.site_name, config.welcome) == ("Lab <b>papers</b>", "First.\n\nSecond.")
    assert config.licence == LICENCES["CC-BY-4.0"]


def test_backups_contain_no_secret() -> None:
    secret = {"SECRET_KEY": "x" * 40, "DATABASE_URL": "postgresql://me:pass@db/papers"}
    plain = {"SITE_NAME": "Ours", "BACKUP_KEEP": "2", "BACKUP_DIR": "/mnt/backups"}
    given = {f"SHORTLIST_{name}": value for name, value in (secret | plain).items()}
    backups = Config.from_environment(given).backups
    assert backups is not None
    assert (backups.folder, backups.hours, backups.keep) == (Path("/mnt/backups"), 24, 2)
    assert backups.told == {"SHORTLIST_SITE_NAME": "Ours", "SHORTLIST_BACKUP_KEEP": "2"}


def test_settings_are_shown_without_secrets() -> None:
    given = {
        "SECRET_KEY": f"HIDDEN{'x' * 40}",
        "DATABASE_URL": "postgresql://me:HIDDEN@db/papers",
        "RATE_LIMIT_STORAGE": "redis://:HIDDEN@localhost",
        "METRICS_TOKEN": "HIDDEN-0123456789",
    }
    config = Config.from_environment({f"SHORTLIST_{name}": given[name] for name in given})
    assert "HIDDEN" not in repr(config)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("DATABASE_URL", "mysql://x", "must start with sqlite"),
        ("SITE_URL", "papers.example.org", "must be a URL"),
        ("LOOKUPS", "maybe", "must be on or off"),
        ("LICENCE", "MIT", "must be none or one of CC-BY-4.0"),
        ("CONTACT", "me@example.org)\r\nX: y", "must be a mail address"),
        ("CONTACT", "http://example.org", "must be a mail address"),
        ("SITE_URL", "https://example.org/papers", "must be a URL"),
        ("SITE_URL", "http://exa mple:99999x", "must be a URL"),
        ("DATABASE_URL", "sqlite:///", "must name a file"),
        ("PROXIES", "-1", "a number from 0 to 10"),
        ("RATE_LIMITS", "maybe", "on or off"),
        ("PASSWORD_COST", "0", "a number from 1 to 20"),
        ("METRICS_TOKEN", "short", "at least 16"),
        ("LOG", "xml", "must be text or json"),
        ("BACKUP_HOURS", "0", "a number from 1 to"),
        ("SITE_NAME", "Two\nlines", "must be one line"),
        ("SITE_NAME", "x" * 61, "must be one line of at most 60"),
        ("WELCOME", "x" * 2001, "at most 2,000 characters; it has 2,001"),
        ("SECRETKEY", "x" * 40, "is not a setting"),
        ("MAIL_FROM", "me@example.org\r\nX: y", "must be a mail address"),
        ("SMTP_HOST", "mail.example.org", "needs SHORTLIST_SITE_URL"),
        ("SMTP_HOST", "mail/x", "must be the name of a server"),
        ("SMTP_PORT", "25", "HOST must be set"),
    ],
)
def test_bad_values_are_named(name: str, value: str, says: str) -> None:
    with pytest.raises(ConfigError, match=f"SHORTLIST_{name[:5]}.*{says}"):
        Config.from_environment({f"SHORTLIST_{name}": value})


MAIL = {
    "SHORTLIST_SITE_URL": "https://papers.example.org",
    "SHORTLIST_SMTP_HOST": "mail.example.org",
}


def test_mail_is_kept_when_no_server_is_set() -> None:
    assert Config.from_environment({}).mail.host == ""
    site = {"SHORTLIST_SITE_URL": "https://papers.example.org:8000"}
    assert Config.from_environment(site).mail.sender == "shortlist@papers.example.org"


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("TLS", 465), ("none", 25)])
def test_a_mail_server_is_set(security: str, port: int) -> None:
    mail = Config.from_environment({**MAIL, "SHORTLIST_SMTP_SECURITY": security}).mail
    assert (mail.host, mail.port, mail.security) == ("mail.example.org", port, security.lower())
    secret = {"SHORTLIST_SMTP_USER": "me", "SHORTLIST_SMTP_PASSWORD": "do not tell"}
    assert "do not tell" not in repr(Config.from_environment({**MAIL, **secret}))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"SHORTLIST_SMTP_SECURITY": "ssl"}, "must be starttls, tls or none"),
        ({"SHORTLIST_SMTP_USER": "me"}, "go together"),
        (
            {
                "SHORTLIST_SMTP_USER": "me",
                "SHORTLIST_SMTP_PASSWORD": "x",
                "SHORTLIST_SMTP_SECURITY": "none",
            },
            "only sent encrypted",
        ),
        ({"SHORTLIST_SMTP_SECONDS": "31"}, "a number from 1 to 30"),
    ],
)
def test_bad_settings_of_mail_are_named(more: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        Config.from_environment({**MAIL, **more})


def test_a_bucket_is_named_with_its_key() -> None:
    given = {
        "SHORTLIST_BUCKET": "images",
        "SHORTLIST_BUCKET_URL": "https://s3.example.org/",
        "SHORTLIST_BUCKET_KEY": "AKID",
        "SHORTLIST_BUCKET_SECRET": "hidden",
        "SHORTLIST_BUCKET_PREFIX": "/lab/",
    }
    bucket = Config.from_environment(given).bucket
    assert bucket is not None
    assert (bucket.url, bucket.prefix, bucket.seconds) == ("https://s3.example.org", "lab/", 5)
    assert "hidden" not in repr(bucket)
    assert Config.from_environment({}).bucket is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUCKET", ""),
        ("BUCKET", "No Bucket"),
        ("BUCKET_KEY", ""),
        ("BUCKET_URL", "https://user:password@s3.example.org"),
        ("BUCKET_PREFIX", "a b"),
        ("BUCKET_PREFIX", "lab/../other"),
        ("BUCKET_PREFIX", "lab//images"),
        ("BUCKET_SECONDS", "0"),
    ],
)
def test_settings_of_a_bucket_that_are_refused(name: str, value: str) -> None:
    given = {"BUCKET": "images", "BUCKET_KEY": "AKID", "BUCKET_SECRET": "hidden", name: value}
    with pytest.raises(ConfigError, match="SHORTLIST_BUCKET") as error:
        Config.from_environment({f"SHORTLIST_{each}": said for each, said in given.items()})
    assert "password" not in str(error.value)


SSO = {
    "SITE_URL": "https://papers.example.org",
    "SSO": "lab, ORCID",
    "SSO_LAB_ISSUER": "https://login.example.org/realms/lab/",
    "SSO_LAB_LABEL": "your lab account",
    **{f"SSO_{name}_CLIENT_{each}": "x" for name in ("LAB", "ORCID") for each in ("ID", "SECRET")},
}


def prefixed(given: dict[str, str]) -> dict[str, str]:
    return {f"SHORTLIST_{name}": value for name, value in given.items()}


def test_providers_and_headers_are_read() -> None:
    header = {"USER_HEADER": "X-Remote-User", "USER_HEADER_FROM": "127.0.0.1 fd00::/64"}
    header |= {"PASSKEYS": "on", "SITE_URL": "https://papers.example.org:443"}
    found = Config.from_environment(prefixed({**SSO, **header, "PASSWORD_SIGN_IN": "off"})).sign_in
    assert not found.passwords
    lab, orcid = found.providers
    assert (lab.label, lab.issuer) == ("your lab account", "https://login.example.org/realms/lab")
    assert (orcid.name, orcid.label, orcid.issuer) == ("orcid", "ORCID", "https://orcid.org")
    assert "secret" not in repr(lab).replace("client_secret", "")
    assert found.passkeys is not None
    assert (found.passkeys.rp_id, found.passkeys.origin) == (
        "papers.example.org",
        "https://papers.example.org",
    )
    assert found.user_header is not None
    assert [found.user_header.is_from(each) for each in ("fd00::9", "10.0.0.1")] == [True, False]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"SITE_URL": ""}, "SSO needs SHORTLIST_SITE_URL"),
        ({"SITE_URL": "", "SSO": "", "PASSKEYS": "on"}, "is not a setting"),
        ({"PASSKEYS": "on", "SITE_URL": "http://papers.example.org"}, "PASSKEYS needs SHORTLIST"),
        ({"PASSKEYS": "on", "SITE_URL": "https://192.0.2.1"}, "PASSKEYS needs SHORTLIST_SITE_URL"),
        ({"SSO": "lab"}, "is not a setting. The settings are"),
        ({"SSO": "lab orcid Lab"}, "each once"),
        ({"SSO": "lab orcid my-lab"}, "letters and digits"),
        ({"SSO": "lab orcid proxy"}, "letters and digits"),
        ({"SSO_LAB_ISSUER": ""}, "SSO_LAB_ISSUER must be a URL"),
        ({"SSO_LAB_ISSUER": "http://login.example.org"}, "must begin with https"),
        ({"SSO_LAB_CLIENT_SECRET": ""}, "SSO_LAB_CLIENT_SECRET must be what Lab gave"),
        ({"SSO_LAB_LABEL": "x" * 50}, "SSO_LAB_LABEL must be one line"),
        ({"USER_HEADER": "X-Remote-User"}, "go together"),
        ({"USER_HEADER": "Cookie", "USER_HEADER_FROM": "127.0.0.1"}, "must be the name of a"),
        ({"USER_HEADER": "X-User", "USER_HEADER_FROM": "proxy"}, "must be addresses such as"),
        ({"USER_HEADER": "X-User", "USER_HEADER_FROM": "0.0.0.0/0"}, "must not be all"),
    ],
)
def test_providers_that_cannot_be_used(changes: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        Config.from_environment(prefixed({**SSO, **changes}))
    assert says in str(error.value)


def test_without_passwords_there_is_another_way() -> None:
    with pytest.raises(ConfigError, match="PASSWORD_SIGN_IN=off needs another way"):
        Config.from_environment({"SHORTLIST_PASSWORD_SIGN_IN": "off"})
