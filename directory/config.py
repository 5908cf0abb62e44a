"""Settings: frozen, read once from the environment (`HAIRLINE_*`), refused where they would be unsafe."""

import ipaddress
import os
import re
import secrets
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "HAIRLINE_"
#: Shorter keys can be guessed; RFC 2104 asks for at least as many bytes as the hash has.
MIN_SECRET_LENGTH = 32

#: What may stand in the content policy as a source of pictures: nothing that could end the rule and begin another.
_ORIGIN = re.compile(r"https://[A-Za-z0-9.\-]+(?::\d{1,5})?")


class SettingsError(RuntimeError):
    """The environment does not make a safe or complete set of settings; the text says which and why."""


class Settings(BaseSettings):
    """All settings. Every field can be given as `HAIRLINE_<NAME>`, or as `HAIRLINE_<NAME>_FILE`, the path of a file that holds it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    environment: Literal["development", "production"] = Field(default="development", description="production turns every safety rule on")
    data_dir: Path = Field(default=Path("var"), description="the folder for the database, the index and secrets")
    database_url: str = Field(default="", description="an SQLAlchemy URL; empty: SQLite in the data folder")
    secret_key: str = Field(
        default="", description="signs forms; at least 32 characters; made in the data folder outside production", repr=False
    )
    base_url: str = Field(default="", description="where visitors reach the site, e.g. https://hairline.example; no path")
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="the port to listen on")
    tls_certificate: str = Field(
        default="", description="a certificate file, to answer https itself; usually a reverse proxy does, and this stays empty"
    )
    tls_key: str = Field(default="", description="the file of the certificate's private key")
    trusted_hosts: str = Field(default="", description="host names to answer to, separated by commas; empty: that of the base URL")
    proxies: int = Field(default=0, ge=0, le=5, description="how many reverse proxies stand in front and set X-Forwarded-*")
    threads: int = Field(default=4, ge=1, le=64, description="threads that answer requests in one web process")
    web_processes: int = Field(default=1, ge=1, le=64, description="web processes")
    evidence_keys: str = Field(
        default="",
        description="seal documents shown in confidence: lines `id:base64 of 32 bytes`, the first seals; made in the data folder outside"
        " production; empty there: no documents are taken",
        repr=False,
    )
    redis_url: str = Field(
        default="",
        description="where requests are counted, `redis://...`; empty: in memory and in the database. The client is extra: `[redis]`",
        repr=False,
    )

    limit_factor: int = Field(
        default=1, ge=1, le=1000, description="multiplies how much may be asked for and sent, for a site whose visitors share one address"
    )
    search_engine: Literal["auto", "whoosh", "postgres", "sql"] = Field(
        default="auto", description="what answers lists: whoosh (auto beside SQLite), postgres (auto beside PostgreSQL), or sql alone"
    )

    site_name: str = Field(default="Hairline", description="the name of the site")
    operator_name: str = Field(default="", description="who runs the site; asked for in production")
    operator_address: str = Field(default="", description="the operator's postal address; asked for in production")
    operator_email: str = Field(default="", description="where people reach the operator; asked for in production")

    smtp_host: str = Field(default="", description="mail server; empty: mail is kept in the table that /dev/outbox shows")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="mail server's port")
    smtp_user: str = Field(default="", description="mail server's user")
    smtp_password: str = Field(default="", description="mail server's password", repr=False)
    smtp_tls: Literal["starttls", "tls", "none"] = Field(default="starttls", description="how the connection to the mail server is secured")
    mail_from: str = Field(default="", description="sender of mails; empty: the operator's e-mail")

    phone_sender: Literal["off", "console", "webhook"] = Field(
        default="off",
        description="how codes reach a telephone: off, console (shown where the site runs, for development), or webhook (docs/claims.md)",
    )
    phone_webhook_url: str = Field(default="", description="the operator's gateway for text messages, https")
    phone_webhook_secret: str = Field(default="", description="signs what is sent to the gateway; at least 32 characters", repr=False)

    video_hosts: str = Field(default="", description="hosts whose videos may be shown in a frame, separated by commas; empty: link only")
    smp_video_url: str = Field(default="", description="address of the video in the guide on scalp micropigmentation")
    map_tiles_url: str = Field(
        default="",
        description="tiles for the map in place of the drawn base: `https://tiles.example/{z}/{x}/{y}.png`; their host then learns"
        " where visitors look",
    )
    map_tiles_credit: str = Field(default="", description="whose tiles they are, as shown on the map; asked for with the address")
    log_format: Literal["json", "console"] = Field(default="json", description="how log lines are written")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments first, then the environment, then files that the environment names."""
        return init_settings, env_settings, _FileSource(settings_cls)

    @field_validator("base_url", mode="after")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _tiles(self) -> Self:
        url = self.map_tiles_url
        if not url:
            return self
        if not (url.startswith("https://") and urlsplit(url).hostname) or any(part not in url for part in ("{z}", "{x}", "{y}")):
            raise ValueError(f"{PREFIX}MAP_TILES_URL must begin with https:// and a host, and hold {{z}}, {{x}} and {{y}}")
        if not _ORIGIN.fullmatch(self.map_tiles_origin):
            raise ValueError(f"{PREFIX}MAP_TILES_URL must have one plain host, without {{s}}")
        if not self.map_tiles_credit.strip():
            raise ValueError(f"{PREFIX}MAP_TILES_CREDIT must say whose the tiles are")
        return self

    @model_validator(mode="after")
    def _tls(self) -> Self:
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError(f"{PREFIX}TLS_CERTIFICATE and {PREFIX}TLS_KEY belong together")
        return self

    @model_validator(mode="after")
    def _phone(self) -> Self:
        if self.phone_sender == "console" and self.production:
            raise ValueError(f"{PREFIX}PHONE_SENDER=console shows codes on this machine and proves nothing: not in production")
        if self.phone_sender != "webhook":
            return self
        if not (self.phone_webhook_url.startswith("https://") and urlsplit(self.phone_webhook_url).hostname):
            raise ValueError(f"{PREFIX}PHONE_WEBHOOK_URL must begin with https:// and a host")
        if weak_secret(self.phone_webhook_secret):
            raise ValueError(f"{PREFIX}PHONE_WEBHOOK_SECRET must have at least {MIN_SECRET_LENGTH} random characters")
        return self

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.environment != "production":
            return self
        missing = [name for name in ("operator_name", "operator_address", "operator_email", "base_url") if not getattr(self, name).strip()]
        if missing:
            raise ValueError(f"production needs {', '.join(PREFIX + name.upper() for name in missing)}")
        if weak_secret(self.secret_key):
            raise ValueError(f"production needs {PREFIX}SECRET_KEY: at least {MIN_SECRET_LENGTH} random characters")
        if not self.base_url.startswith("https://"):
            raise ValueError(f"production needs {PREFIX}BASE_URL to begin with https://")
        if not self.smtp_host:
            raise ValueError(f"production needs {PREFIX}SMTP_HOST")
        return self

    @property
    def production(self) -> bool:
        """Whether real people use this site."""
        return self.environment == "production"

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'hairline.sqlite3'}"

    @property
    def public_url(self) -> str:
        """Where visitors reach the site, without a slash at the end."""
        return self.base_url or f"http://localhost:{self.port}"

    @property
    def is_https(self) -> bool:
        """Whether visitors reach the site over https: then cookies are bound to it."""
        return self.public_url.startswith("https://")

    @property
    def map_tiles_origin(self) -> str:
        """The scheme, host and port that the map's tiles come from; empty where the map draws its own base."""
        parts = urlsplit(self.map_tiles_url)
        return f"{parts.scheme}://{parts.netloc}" if self.map_tiles_url else ""

    @property
    def is_loopback(self) -> bool:
        """Whether the site listens on this machine alone."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def keeps_mail(self) -> bool:
        """Whether mails may be kept for reading at /dev/outbox: in development on a loopback address, and nowhere else."""
        return not self.production and self.is_loopback and not self.smtp_host

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a setting that holds names separated by commas as those names."""
        return tuple(part.strip().lower() for part in str(getattr(self, name)).split(",") if part.strip())

    @classmethod
    def from_environment(cls, **given: Any) -> "Settings":
        """Read the settings.

        Args:
            given: Values that stand over the environment.

        Raises:
            SettingsError: naming each setting that is unknown, wrong or missing.
        """
        known = {PREFIX + name.upper() for name in cls.model_fields}
        known |= {name + "_FILE" for name in known}
        unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known and name not in OTHER_NAMES)
        if unknown:
            raise SettingsError(f"unknown settings: {', '.join(unknown)}")
        try:
            settings = cls(**given)
        except ValidationError as error:
            raise SettingsError(_say(error)) from error
        return settings if settings.secret_key else settings.model_copy(update={"secret_key": _kept_secret(settings.data_dir)})


#: Names with our prefix that steer tests, not the site.
OTHER_NAMES = frozenset({"HAIRLINE_REQUIRE_BROWSER", "HAIRLINE_TEST_POSTGRES_URL", "HAIRLINE_DRILL", "HAIRLINE_FUZZ"})


class _FileSource(PydanticBaseSettingsSource):
    """Settings that stand in files, as container secrets do: `HAIRLINE_SECRET_KEY_FILE=/run/secrets/key`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (Path(path).read_text("utf-8").strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def weak_secret(key: str) -> bool:
    """Say whether a key is too short or too uniform to sign with."""
    return len(key) < MIN_SECRET_LENGTH or len(set(key)) < 12


def _kept_secret(data_dir: Path) -> str:
    """Return the data folder's own key; the first call makes it, readable by its owner alone."""
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def _say(error: ValidationError) -> str:
    """Put pydantic's findings in one line each, without the values: some are secret."""
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        name = PREFIX + str(item["loc"][0]).upper() + ": " if item["loc"] else ""
        lines.append(name + item["msg"].removeprefix("Value error, "))
    return "; ".join(lines)
