"""Which URLs name a place to cache in."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from redis.connection import parse_url

MEMORY = "mem://"

_OPTIONS = frozenset({"ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_keyfile"})


def ensure_redis_url(url: str) -> None:
    """Raise ValueError, without the URL, which may hold a password, unless a client can be made of it."""
    try:
        parts = urlsplit(url)
        options = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        is_one = parts.scheme in {"redis", "rediss"} and bool(parts.hostname)
        parse_url(url)  # type: ignore[no-untyped-call]
    except ValueError:
        is_one = False
    if not is_one:
        raise ValueError("it should look like redis://host:6379/0, rediss://:password@host:6379/0 or mem://")
    if options - _OPTIONS:
        raise ValueError(f"of the options of a URL it takes only {', '.join(sorted(_OPTIONS))}")
