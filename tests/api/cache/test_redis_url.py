"""A place to cache in that no client can be made of is refused at the start, not at the first request."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from api.cache.store import Store
from api.settings import Settings


@pytest.mark.parametrize(
    "url",
    [
        "mem://",
        "redis://localhost",
        "redis://:hunter2@redis.example:6380/3",
        "rediss://user:hunter2@[::1]:6379/0?ssl_cert_reqs=none",
    ],
)
async def test_a_place_to_cache(url: str) -> None:
    settings = Settings(redis_url=SecretStr(url))
    assert settings.cache_url == url
    await Store(settings.cache_url).close()


def test_memory_is_where_answers_are_kept_by_itself() -> None:
    assert Settings().cache_url == "mem://"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://:hunter2@host",
        "memcached://hunter2",
        "redis://:hunter2@host:port/0",
        "redis://:hunter2@host:99999999/0",
        "redis:///hunter2",
        "redis://:hunter2@[::1/0",
        "redis://:hunter2@host/0?timeout=hunter2",
        "redis://:hunter2@host/0?ssl_cert_reqs=none&client_side=1",
    ],
)
def test_no_place_to_cache(url: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings(redis_url=SecretStr(url))
    (error,) = refusal.value.errors()
    assert error["loc"] == ("redis_url",)
    assert "hunter2" not in error["msg"]
