"""The issuer of one home."""

from __future__ import annotations

from api.auth.issuer import Issuer, load_or_make_key
from api.settings import Settings


def issuer_of(settings: Settings) -> Issuer:
    """The internal issuer, with the key under the home folder."""
    return Issuer(load_or_make_key(settings.home / "issuer-key.pem"), settings.issuer, settings.audience)
