"""The six networks as data for tests: keys, double, and what is whose."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from holdfast.integrations.facebook import FACEBOOK, Facebook
from holdfast.integrations.instagram import INSTAGRAM, Instagram
from holdfast.integrations.integration import Integration
from holdfast.integrations.linkedin import LINKEDIN, LinkedIn
from holdfast.integrations.social_credentials import SocialCredentials
from holdfast.integrations.tiktok import TIKTOK, TikTok
from holdfast.integrations.token_store import TokenStore
from holdfast.integrations.x import X, XCredentials
from holdfast.integrations.youtube import YOUTUBE, YouTube
from holdfast.simulator import providers as doubles
from holdfast.simulator.providers.social import (
    facebook,
    instagram,
    linkedin,
    tiktok,
    x,
    youtube,
)
from tests.integrations.simulated import Simulated, simulated

ACCESS, REFRESH, SECRET = "acc3ss-s3cret-1", "r3fresh-s3cret-1", "cli3nt-s3cret-1"


@dataclass(frozen=True)
class Network:
    """One network: *check* and *renew* are the operations that ask for a token."""

    integration: Integration
    client: type[SocialCredentials]
    double: Any
    keys: Mapping[str, str]
    account: str
    check: str
    renew: str
    path: str = ""

    def __str__(self) -> str:
        return self.integration.name


NETWORKS = (
    Network(
        FACEBOOK, Facebook, doubles.Facebook,
        {"FACEBOOK_APP_ID": "1234", "FACEBOOK_APP_SECRET": SECRET,
         "FACEBOOK_ACCESS_TOKEN": ACCESS},
        facebook.PAGE, "debug-token", "exchange", "/v25.0",
    ),
    Network(
        INSTAGRAM, Instagram, doubles.Instagram,
        {"INSTAGRAM_ACCESS_TOKEN": ACCESS, "INSTAGRAM_SCOPES": instagram.PERMISSIONS},
        instagram.ACCOUNT, "me", "refresh",
    ),
    Network(
        YOUTUBE, YouTube, doubles.YouTube,
        {"YOUTUBE_CLIENT_ID": youtube.CLIENT, "YOUTUBE_CLIENT_SECRET": SECRET,
         "YOUTUBE_REFRESH_TOKEN": REFRESH},
        youtube.CHANNEL, "tokeninfo", "token",
    ),
    Network(
        X, XCredentials, doubles.X,
        {"X_CLIENT_ID": "client-1", "X_CLIENT_SECRET": SECRET, "X_REFRESH_TOKEN": REFRESH},
        x.USER, "me", "token",
    ),
    Network(
        LINKEDIN, LinkedIn, doubles.LinkedIn,
        {"LINKEDIN_CLIENT_ID": "client-1", "LINKEDIN_CLIENT_SECRET": SECRET,
         "LINKEDIN_ACCESS_TOKEN": ACCESS, "LINKEDIN_REFRESH_TOKEN": REFRESH},
        linkedin.MEMBER, "introspect", "token",
    ),
    Network(
        TIKTOK, TikTok, doubles.TikTok,
        {"TIKTOK_CLIENT_KEY": "key-1", "TIKTOK_CLIENT_SECRET": SECRET,
         "TIKTOK_REFRESH_TOKEN": REFRESH},
        tiktok.OPEN_ID, "user", "token",
    ),
)  # fmt: skip
BY_NAME = {str(network): network for network in NETWORKS}


@asynccontextmanager
async def stage(
    network: Network | str,
    *,
    store: TokenStore | None = None,
    keys: Mapping[str, str] | None = None,
    **options: Any,
) -> AsyncIterator[Simulated[SocialCredentials]]:
    """The client of *network* over its double with *options*; *keys* are added to its own."""
    at = BY_NAME[network] if isinstance(network, str) else network
    account = {at.client.account_key: at.account}
    async with simulated(
        at.integration,
        lambda clock: at.double(clock=clock, **options),
        lambda access: at.client(access.http, access.keys, store=store, clock=access.clock),
        {**at.keys, **account, **(keys or {})},
        path=at.path,
    ) as on:
        yield on
