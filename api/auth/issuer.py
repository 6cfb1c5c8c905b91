"""The internal issuer: signs and verifies bearer tokens with a key of its own (ES256)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.auth.bearer import Bearer
from domain.enums import Role
from domain.errors import UnauthorizedException
from domain.viewer import Viewer

_ALGORITHM = "ES256"
_REQUIRED = ["exp", "iat", "sub", "aud", "iss", "role"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Signs tokens for, and recognises, the service's users.

    name, audience: the `iss` and `aud` of every token, checked on the way in.
    """

    key: ec.EllipticCurvePrivateKey
    name: str
    audience: str

    def token(self, viewer: Viewer, now: datetime, lifetime: timedelta) -> str:
        """A bearer token for the viewer."""
        claims = {
            "iss": self.name,
            "aud": self.audience,
            "sub": str(viewer.user_id),
            "role": viewer.role.name,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode(claims, self.key, algorithm=_ALGORITHM)

    def secret(self, purpose: str) -> bytes:
        """A secret of 32 bytes that whoever holds this key can make again, another for each purpose."""
        number = self.key.private_numbers().private_value
        return HKDF(hashes.SHA256(), 32, None, purpose.encode()).derive(number.to_bytes(32, "big"))

    def bearer(self, token: str) -> Bearer:
        """Whose token it is. Raises UnauthorizedException for anything but a valid token of ours."""
        try:
            claims = jwt.decode(
                token,
                self.key.public_key(),
                algorithms=[_ALGORITHM],
                audience=self.audience,
                issuer=self.name,
                options={"require": _REQUIRED},
            )
            viewer = Viewer(UUID(claims["sub"]), Role[claims["role"]])
            return Bearer(viewer, datetime.fromtimestamp(claims["exp"], UTC))
        except (
            jwt.InvalidTokenError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            OverflowError,
        ) as error:
            raise UnauthorizedException(f"The bearer token is not valid: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, jwt.InvalidSignatureError):
        return "it was signed with another key, perhaps of another CALLBOARD_HOME"
    return str(error) if isinstance(error, jwt.InvalidTokenError) else "its subject or role is unknown"


def load_or_make_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The issuer's key; made, readable by its owner alone, when there is none yet."""
    try:
        return _read_key(path)
    except FileNotFoundError:
        pass
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(fresh, path)
    except FileExistsError:
        return _read_key(path)
    finally:
        fresh.unlink()
    return key


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} does not hold an EC private key")
    return key
