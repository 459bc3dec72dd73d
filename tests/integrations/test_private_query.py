"""Secrets in a query: on the wire, and nowhere else. Further hosts: where they are meant."""

import logging
from dataclasses import replace

import pytest

from holdfast.errors import InputRefused, InvalidRequest
from holdfast.integrations.private_query import private
from holdfast.integrations.youtube import YOUTUBE
from tests.integrations.guarded import guarded, served
from tests.integrations.loopback import Received, Reply

pytestmark = pytest.mark.real_time

SECRET = "s3cret/+&value"
FREE = replace(YOUTUBE, operations=())


async def _echo(_received: Received, reply: Reply) -> None:
    body = b'{"error": {"message": "no token s3cret/+&value", "errors": [{"reason": "x"}]}}'
    await reply.whole(400, body)


async def test_a_private_query_is_sent_and_not_seen(caplog: pytest.LogCaptureFixture) -> None:
    """The server gets it, encoded; the library's log, the error and the facts do not."""
    caplog.set_level(logging.DEBUG)
    async with served(FREE, _echo, path="", ours=True) as on:
        with pytest.raises(InvalidRequest, match=r"no token \*\*\*") as caught:
            await on.http.get(
                "/tokeninfo", params={"part": "id"}, extensions=private({"token": SECRET})
            )
    targets = {received.target for received in on.received}
    assert targets in (
        {"/tokeninfo?part=id&token=s3cret%2F%2B%26value"},
        {"/tokeninfo?part=id&token=s3cret/%2B%26value"},
    )
    assert "s3cret" not in f"{caplog.text}{caught.value!r}{on.facts!r}"


async def test_what_goes_to_a_further_host_goes_to_the_configured_one() -> None:
    """A provider that is configured elsewhere is there with all its hosts."""

    async def answer(_received: Received, reply: Reply) -> None:
        await reply.whole()

    async with served(FREE, answer, path="/sim") as on:
        await on.http.get("https://oauth2.googleapis.com/tokeninfo")
        await on.http.get("https://youtube.googleapis.com/youtube/v3/channels")
        with pytest.raises(InputRefused, match=r"nothing goes to https://www\.example\.org/x"):
            await on.http.get("https://www.example.org/x")
    assert [one.target for one in on.received] == ["/sim/tokeninfo", "/sim/youtube/v3/channels"]


async def test_at_its_public_address_a_further_host_is_its_own() -> None:
    """The request keeps its host, and finds its operation by the path alone."""
    async with guarded(YOUTUBE, YOUTUBE.base_url) as on:
        carrier = on.http._transport._carrier
        request = on.http.build_request("GET", "https://oauth2.googleapis.com/tokeninfo?a=b")
        asked = await carrier._asked(request)
        assert str(request.url) == "https://oauth2.googleapis.com/tokeninfo?a=b"
        assert YOUTUBE.operation_of(asked).name == "tokeninfo"
