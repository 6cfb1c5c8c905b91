"""Tokens of another issuer: its keys are found, kept, rotated, and do without it for a while (spec 10.1)."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from pydantic import ValidationError

from api.bootstrap import Callboard
from api.settings import Settings
from domain.enums import Role
from tests.api.conftest import StandingClock

AUDIENCE = "callboard-api"


class Provider:
    """An OpenID Connect issuer on this machine."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.asked = 0
        self.status = 200
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/keys", self._jwks)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def add_key(self, key_id: str) -> None:
        self.keys[key_id] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, key_id: str = "one", algorithm: str = "RS256", **claims: Any) -> str:
        now = datetime.now(UTC)
        usual = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": str(uuid4()),
            "iat": now,
            "exp": now + timedelta(hours=1),
            "roles": ["Manager"],
        }
        payload = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(payload, self.keys[key_id], algorithm=algorithm, headers={"kid": key_id})

    async def _discovery(self, _request: web.Request) -> web.Response:
        document = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        return web.json_response(document, status=self.status)

    async def _jwks(self, _request: web.Request) -> web.Response:
        self.asked += 1
        keys = []
        for key_id, key in self.keys.items():
            kind = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
            keys.append({**kind.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig"})
        return web.json_response({"keys": keys}, status=self.status)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    provider.add_key("one")
    await provider.start()
    yield provider
    await provider.stop()


@pytest.fixture
def settings(tmp_path: Path, provider: Provider) -> Settings:
    return Settings(home=tmp_path, oidc_issuer=provider.url, oidc_audience=AUDIENCE)


async def status(client: httpx.AsyncClient, token: str) -> int:
    answer = await client.get("/api/calendars", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


async def test_its_tokens_are_taken_beside_our_own(
    client: httpx.AsyncClient, provider: Provider, as_manager: dict[str, str]
) -> None:
    assert await status(client, provider.token()) == 200
    assert (await client.get("/api/calendars", headers=as_manager)).status_code == 200
    assert provider.asked == 1
    assert await status(client, provider.token()) == 200
    assert provider.asked == 1


async def test_who_it_is(service: Callboard, provider: Provider) -> None:
    key = uuid4()
    bearer = await service.issuers.bearer(provider.token(sub=str(key), roles=["Staff", "Manager", "Cook"]))
    assert (bearer.viewer.user_id, bearer.viewer.role) == (key, Role.Manager)
    named = [await service.issuers.bearer(provider.token(sub="auth0|5f7c8ec7")) for _ in range(2)]
    other = await service.issuers.bearer(provider.token(sub="auth0|somebody"))
    assert named[0].viewer.user_id == named[1].viewer.user_id != other.viewer.user_id
    assert isinstance(named[0].viewer.user_id, UUID)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-api"},
        {"aud": None},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"sub": None},
        {"nbf": datetime(2100, 1, 1, tzinfo=UTC)},
        {"iss": "https://elsewhere.example"},
    ],
)
async def test_what_is_no_valid_token(
    client: httpx.AsyncClient, provider: Provider, claims: dict[str, Any]
) -> None:
    assert await status(client, provider.token(**claims)) == 401


async def test_clocks_may_differ_by_a_minute(client: httpx.AsyncClient, provider: Provider) -> None:
    now = datetime.now(UTC)
    assert await status(client, provider.token(exp=now - timedelta(seconds=50))) == 200
    assert await status(client, provider.token(exp=now - timedelta(seconds=70))) == 401


async def test_somebody_without_a_role(client: httpx.AsyncClient, provider: Provider) -> None:
    for roles in (None, [], ["Cook"], 7, {"Manager": True}):
        assert await status(client, provider.token(roles=roles)) == 403


async def test_forgeries(client: httpx.AsyncClient, provider: Provider) -> None:
    """Another key under a known id, no signature at all, and the public key taken for a shared secret."""
    good = provider.token()
    provider.keys["false"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = provider.token("false")
    del provider.keys["false"]
    head, body, _ = good.split(".")

    def encoded(document: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()

    named = encoded({"alg": "RS256", "kid": "one", "typ": "JWT"}) + forged[forged.index(".") :]
    unsigned = f"{encoded({'alg': 'none', 'kid': 'one'})}.{body}."
    # PyJWT would not make this one: its shared secret is what everybody knows.
    public = provider.keys["one"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{body}"
    mark = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=").decode()
    shared = f"{signed}.{mark}"
    for token in (named, unsigned, shared, f"{head}.{body}.", forged, "a.b.c"):
        assert await status(client, token) == 401


async def test_an_algorithm_that_is_not_on_the_list(client: httpx.AsyncClient, provider: Provider) -> None:
    assert await status(client, provider.token(algorithm="RS512")) == 401
    provider.keys["curve"] = ec.generate_private_key(ec.SECP384R1())
    assert await status(client, provider.token("curve", algorithm="ES384")) == 401


async def test_a_rotated_key_is_found(client: httpx.AsyncClient, provider: Provider, clock: Any) -> None:
    """At once for the first unknown key; after that, made-up ids do not make us ask again and again."""
    assert await status(client, provider.token()) == 200
    clock.forward(timedelta(seconds=20))
    provider.add_key("two")
    assert await status(client, provider.token("two")) == 200
    assert provider.asked == 2
    provider.add_key("unknown")
    token = provider.token("unknown")
    del provider.keys["unknown"]
    for _ in range(5):
        assert await status(client, token) == 401
    assert provider.asked == 2
    clock.forward(timedelta(seconds=20))
    assert await status(client, token) == 401
    assert provider.asked == 3


async def test_a_withdrawn_key_is_good_for_ten_minutes_at_most(
    client: httpx.AsyncClient, provider: Provider, clock: Any
) -> None:
    token = provider.token()
    assert await status(client, token) == 200
    provider.keys.clear()
    provider.add_key("two")
    clock.forward(timedelta(minutes=9))
    assert await status(client, token) == 200
    clock.forward(timedelta(minutes=2))
    assert await status(client, token) == 401


async def test_an_outage_of_a_day_is_survived(
    client: httpx.AsyncClient, provider: Provider, clock: Any
) -> None:
    token = provider.token(exp=datetime.now(UTC) + timedelta(days=3))
    assert await status(client, token) == 200
    provider.status = 500
    clock.forward(timedelta(hours=23))
    assert await status(client, token) == 200
    clock.forward(timedelta(hours=2))
    answer = await client.get("/api/calendars", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["title"] == "Issuer Unavailable"
    provider.status = 200
    clock.forward(timedelta(minutes=1))
    assert await status(client, token) == 200


async def test_an_issuer_that_never_answered(client: httpx.AsyncClient, provider: Provider) -> None:
    provider.status = 503
    assert await status(client, provider.token()) == 503


class TestNames:
    """An issuer that calls roles otherwise, in a nested claim."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        wanted = {
            "oidc_roles": ("Manager=venue-managers", "Staff=crew", "Admin=it"),
            "oidc_roles_claim": "realm.roles",
        }
        return settings.model_copy(update=wanted)

    @pytest.mark.parametrize(
        ("roles", "role"),
        [(["crew"], Role.Staff), (["crew", "it"], Role.Admin), ("crew venue-managers", Role.Manager)],
    )
    async def test_they_are_mapped(
        self, service: Callboard, provider: Provider, roles: Any, role: Role
    ) -> None:
        token = provider.token(realm={"roles": roles}, roles=["Admin"])
        assert (await service.issuers.bearer(token)).viewer.role is role

    async def test_our_own_names_mean_nothing_then(
        self, client: httpx.AsyncClient, provider: Provider
    ) -> None:
        assert await status(client, provider.token(realm={"roles": ["Manager"]})) == 403


def test_settings_that_cannot_be() -> None:
    with pytest.raises(ValidationError, match="set together"):
        Settings(oidc_issuer="https://login.example")
    with pytest.raises(ValidationError, match="it takes RS256"):
        Settings(oidc_algorithms=("HS256",))
    with pytest.raises(ValidationError, match="is not like Manager=venue-managers"):
        Settings(oidc_roles=("Boss=it",))


def test_settings_are_lists_by_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBOARD_OIDC_ALGORITHMS", "ES256, RS256")
    monkeypatch.setenv("CALLBOARD_OIDC_ROLES", "Manager=a,Admin=a,Staff=b")
    settings = Settings()
    assert settings.oidc_algorithms == ("ES256", "RS256")
    assert settings.oidc_role_names == {"a": Role.Admin, "b": Role.Staff}


async def people(rows: Any) -> list[tuple[Any, ...]]:
    found = await rows("SELECT user_id, name, email, role, issuer, version FROM users ORDER BY name")
    return [tuple(one.values()) for one in found]


async def test_somebody_who_is_new_gets_an_account(
    client: httpx.AsyncClient, provider: Provider, rows: Any, clock: StandingClock, service: Callboard
) -> None:
    """Written when they are first seen and when something changes, and looked at once a minute."""
    key = uuid4()
    asked = 0
    note = service.issuers.people._note

    async def counted(*told: Any) -> bool:
        nonlocal asked
        asked += 1
        return await note(*told)

    service.issuers.people._note = counted
    who = {"sub": str(key), "name": "Ida", "email": "ida@id.example"}
    for _ in range(3):
        assert await status(client, provider.token(**who)) == 200
    assert asked == 1
    first = (key, "Ida", "ida@id.example", Role.Manager, provider.url, 1)
    assert await people(rows) == [first]
    clock.forward(timedelta(minutes=1))
    assert await status(client, provider.token(**who)) == 200
    assert (asked, await people(rows)) == (2, [first])
    assert await status(client, provider.token(**who | {"name": "Ida L."}, roles=["Staff"])) == 200
    assert await people(rows) == [(key, "Ida L.", "ida@id.example", Role.Staff, provider.url, 2)]
    assert await status(client, provider.token(sub=str(key), roles=["Staff"])) == 200  # says nothing new
    assert await people(rows) == [(key, "Ida L.", "ida@id.example", Role.Staff, provider.url, 2)]


@pytest.mark.parametrize(
    ("claims", "name", "email"),
    [
        ({"preferred_username": "ida"}, "ida", None),
        ({"email": "ida@id.example"}, "ida@id.example", "ida@id.example"),
        ({"name": "Ida", "email": "ida@id.example", "email_verified": False}, "Ida", None),
        ({"name": 7, "email": "nowhere"}, "Somebody", None),
        ({"name": "\x00" + "I" * 400}, "I" * 300, None),
    ],
)
async def test_what_the_issuer_says_of_them(
    client: httpx.AsyncClient, provider: Provider, rows: Any, claims: Any, name: str, email: str | None
) -> None:
    assert await status(client, provider.token(**claims)) == 200
    assert [one[1:3] for one in await people(rows)] == [(name, email)]


async def test_somebody_who_is_disabled_stays_out(
    client: httpx.AsyncClient, provider: Provider, as_admin: dict[str, str], clock: StandingClock
) -> None:
    key = uuid4()
    token = provider.token(sub=str(key), name="Ida")
    assert await status(client, token) == 200
    wanted = {"name": "Ida", "role": "Manager", "isDisabled": True}
    changed = await client.put(f"/api/users/{key}", json=wanted, headers=as_admin)
    assert changed.status_code == 200
    clock.forward(timedelta(minutes=1))
    assert await status(client, token) == 403
    changed = await client.put(f"/api/users/{key}", json=wanted | {"isDisabled": False}, headers=as_admin)
    assert await status(client, token) == 200


async def test_a_subject_cannot_be_a_program(
    client: httpx.AsyncClient, provider: Provider, create: Any
) -> None:
    account = await create("/api/service-accounts", name="CRM", role="Staff", scopes=["Read"])
    assert await status(client, provider.token(sub=account["serviceAccountId"])) == 403


async def test_a_subject_is_nobody_of_our_own(
    client: httpx.AsyncClient, provider: Provider, create: Any, rows: Any
) -> None:
    """Neither one of our people, nor the service itself."""
    person = await create("/api/users", name="Ada", email="ada@v.example", role="Staff")
    assert await status(client, provider.token(sub=person["userId"], name="Eve", roles=["Admin"])) == 403
    assert await status(client, provider.token(sub=str(UUID(int=0)), roles=["Admin"])) == 401
    assert await people(rows) == [(UUID(person["userId"]), "Ada", "ada@v.example", Role.Staff, None, 1)]


async def test_what_the_issuer_changes_is_audited(
    client: httpx.AsyncClient, provider: Provider, audited: Any
) -> None:
    """Whoever erases them finds their old names there."""
    key = str(uuid4())
    for name in ("Ida", "Ida", "Ida L."):
        assert await status(client, provider.token(sub=key, name=name)) == 200
    one = {"name": "Ida", "email": None, "role": "Manager", "isDisabled": False}
    entries = [(entry["action"], entry["before"], entry["after"]) for entry in await audited(key)]
    assert entries == [("UserCreated", None, one), ("UserUpdated", one, one | {"name": "Ida L."})]
