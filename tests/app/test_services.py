"""`monitoring.services`: one client per provider, honest health, and names that exist."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from holdfast.app.monitoring import Monitoring
from holdfast.app.services import ServiceDirectory
from holdfast.errors import ConfigurationError, Unavailable
from holdfast.integrations import CATALOG
from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.integration import Integration, ServiceKind
from tests.api.host import call, development
from tests.jumping_time import jumping_clock

SIMULATOR = "http://127.0.0.1:9100"
HERE = "tests.app.test_services"


class Speaks:
    """A client that is well."""

    asked = 0

    def __init__(self, access: Access) -> None:
        self.access, self.closed = access, False

    @classmethod
    def over(cls, access: Access) -> Self:
        """As `Service` asks."""
        return cls(access)

    async def health(self) -> ServiceHealth:
        """Well, after a second."""
        type(self).asked += 1
        await asyncio.sleep(1.0)
        return ServiceHealth("healthy", "models")

    async def aclose(self) -> None:
        """Remember it."""
        self.closed = True


class Silent(Speaks):
    """One that never answers."""

    async def health(self) -> ServiceHealth:
        """Hang."""
        await asyncio.sleep(1e6)
        raise AssertionError


class Broken(Speaks):
    """One with a fault of its own."""

    async def health(self) -> ServiceHealth:
        """Raise what a client should not."""
        raise KeyError("sk-secret-in-a-fault")


class Refused(Speaks):
    """One whose provider is down."""

    async def health(self) -> ServiceHealth:
        """Raise what a guard does."""
        raise Unavailable("openai answered 503")


class Passive(Speaks):
    """One that only traffic tells of."""

    async def health(self) -> ServiceHealth:
        """Know nothing."""
        return ServiceHealth("unknown", "traffic")


def _known(name: str, **kinds: str) -> Integration:
    services = tuple(
        ServiceKind(name=kind, client=f"{HERE}:{client}") for kind, client in kinds.items()
    )
    return _changed(CATALOG[name], services)


def _changed(known: Integration, services: tuple[ServiceKind, ...]) -> Integration:
    fields = {one: getattr(known, one) for one in known.__slots__}
    return Integration(**{**fields, "services": services})


def _directory(
    folder: Path, *catalog: Integration, **environ: str
) -> tuple[ServiceDirectory, Monitoring]:
    environ = environ or {"HOLDFAST_SIMULATOR_URL": SIMULATOR}
    monitoring = Monitoring(development(folder, **environ), clock=jumping_clock())
    checks = monitoring.services._checks
    return ServiceDirectory(monitoring, {one.name: one for one in catalog}, checks), monitoring


async def test_a_client_is_made_once_for_all_its_kinds(tmp_path: Path) -> None:
    """Two clients of one provider share its HTTP client and so its guards."""
    known = _known("openai", chat="Speaks", embeddings="Speaks", other="Passive")
    services, monitoring = _directory(tmp_path, known)
    chat = services.get_service("openai", "chat")
    assert services.get_service("openai", "embeddings") is chat
    assert services.get_service("openai", "other").access is chat.access
    assert str(chat.access.http.base_url) == f"{SIMULATOR}/openai/v1/"
    assert chat.access.keys == {"OPENAI_API_KEY": "simulated"}
    assert chat.access.limits == monitoring.settings.services["openai"].limits
    assert "simulated" not in repr(chat.access)
    await services.aclose()


async def test_an_only_kind_need_not_be_named(tmp_path: Path) -> None:
    """But where there are two it must."""
    services, _ = _directory(
        tmp_path, _known("openai", chat="Speaks"), _known("did", a="Speaks", b="Silent")
    )
    assert services.get_service("openai") is services.get_service("openai", "chat")
    with pytest.raises(ConfigurationError, match="did has no service None; it has: a, b"):
        services.get_service("did")
    await services.aclose()


async def test_unknown_names_say_what_exists(tmp_path: Path) -> None:
    """Provider and kind."""
    services, _ = _directory(tmp_path, _known("openai", chat="Speaks"), _known("did"))
    with pytest.raises(ConfigurationError, match="no provider named 'opanai'; there are: did, op"):
        services.get_service("opanai", "chat")
    with pytest.raises(ConfigurationError, match="openai has no service 'tts'; it has: chat"):
        services.get_service("openai", "tts")
    with pytest.raises(ConfigurationError, match="did has no service 'tts'; it has: none"):
        services.get_service("did", "tts")
    assert services.available() == {"openai": ["chat"]}


async def test_a_missing_key_is_named_and_nothing_is_simulated_unasked(tmp_path: Path) -> None:
    """All of them at once, with the way out."""
    environ = {"PROKERALA_CLIENT_ID": "me"}
    services, _ = _directory(tmp_path, _known("prokerala", chart="Speaks"), **environ)
    with pytest.raises(ConfigurationError, match="prokerala needs PROKERALA_CLIENT_SECRET: set"):
        services.get_service("prokerala", "chart")
    health = await services.health_check_all()
    assert health["overall_status"] == "unknown"
    assert health["services"]["prokerala"]["chart"]["status"] == "not_configured"
    assert health["services"]["prokerala"]["chart"]["detail"] == "set PROKERALA_CLIENT_SECRET"


async def test_real_keys_reach_their_provider_and_not_the_simulator(tmp_path: Path) -> None:
    """What is simulated gets made-up ones, whatever lies around."""
    real, _ = _directory(tmp_path, _known("openai", chat="Speaks"), OPENAI_API_KEY="sk-real")
    assert real.get_service("openai").access.keys == {"OPENAI_API_KEY": "sk-real"}
    played, _ = _directory(
        tmp_path, _known("openai", chat="Speaks"), OPENAI_API_KEY="sk-real",
        HOLDFAST_SIMULATOR_URL=SIMULATOR, OPENAI_BASE_URL=f"{SIMULATOR}/openai/v1",
    )  # fmt: skip
    assert played.get_service("openai").access.keys == {"OPENAI_API_KEY": "simulated"}
    for services in (real, played):
        await services.aclose()


async def test_health_is_asked_at_once_bounded_and_one_fault_hides_nobody(tmp_path: Path) -> None:
    """A second for the well one, five for the silent one, and no secret from the broken one."""
    known = _known(
        "openai", well="Speaks", silent="Silent", broken="Broken", down="Refused", quiet="Passive"
    )
    services, monitoring = _directory(tmp_path, known)
    began = monitoring.clock.monotonic()
    health = await services.health_check_all()
    assert monitoring.clock.monotonic() - began == pytest.approx(5.0)
    assert health["overall_status"] == "unhealthy"
    found = {
        kind: (one["status"], one["evidence"], one["detail"], one["latency_ms"], one["simulated"])
        for kind, one in health["services"]["openai"].items()
    }
    assert found == {
        "well": ("healthy", "models", "", 1000.0, True),
        "silent": ("unhealthy", "health", "no answer within 5 s", 5000.0, True),
        "broken": ("unknown", "health", "KeyError", 0.0, True),
        "down": ("unhealthy", "health", "Unavailable: openai answered 503", 0.0, True),
        "quiet": ("unknown", "traffic", "no calls in the window", 0.0, True),
    }
    await services.aclose()


async def test_traffic_tells_where_no_question_is_free(tmp_path: Path) -> None:
    """What the window says is what is answered."""
    services, monitoring = _directory(tmp_path, _known("openai", chat="Passive"))
    for _ in range(6):
        call(monitoring, "failed")
    one = (await services.health_check_all())["services"]["openai"]["chat"]
    assert (one["status"], one["evidence"]) == ("unhealthy", "traffic")
    assert one["detail"] == "success rate 0.0 % is below 80 %"


async def test_who_asks_together_shares_one_check_and_an_answer_is_kept(tmp_path: Path) -> None:
    """Until the interval is over, or somebody needs a fresh one; leaving early stops nobody."""
    services, _ = _directory(tmp_path, _known("openai", chat="Speaks"))
    Speaks.asked = 0
    gone = asyncio.create_task(services.health_check_all())
    others = [asyncio.create_task(services.health_check_all()) for _ in range(20)]
    await asyncio.sleep(0.5)
    gone.cancel()
    answers = await asyncio.gather(*others)
    assert Speaks.asked == 1
    assert all(answer is answers[0] for answer in answers)
    await services.health_check_all()
    assert Speaks.asked == 1
    await services.health_check_all(fresh=True)
    await asyncio.sleep(30.0)
    await services.health_check_all()
    assert Speaks.asked == 3


async def test_closing_closes_every_client_and_later_there_are_new_ones(tmp_path: Path) -> None:
    """Also one under check; closing twice is nothing."""
    services, _ = _directory(tmp_path, _known("openai", chat="Speaks", silent="Silent"))
    chat = services.get_service("openai", "chat")
    checking = asyncio.create_task(services.health_check_all())
    await asyncio.sleep(0)
    await services.aclose()
    await services.aclose()
    assert (chat.closed, chat.access.http.is_closed) == (True, True)
    assert services.get_service("openai", "chat") is not chat
    with pytest.raises(asyncio.CancelledError):
        await checking
    await services.aclose()


async def test_the_summary_has_every_provider_and_the_cost_of_all(tmp_path: Path) -> None:
    """Without asking anybody."""
    services, monitoring = _directory(tmp_path, _known("openai", chat="Speaks"), _known("did"))
    call(monitoring)
    summary = services.get_metrics_summary()
    assert (summary["overall_status"], summary["cost_usd"]) == ("healthy", None)
    assert list(summary["services"]) == ["openai", "did"]
    assert summary["services"]["openai"]["window"]["succeeded"] == 1
    assert summary["services"]["did"]["success_rate"] is None


async def test_a_part_that_is_not_installed_is_named(tmp_path: Path) -> None:
    """With the line that installs it; a fault inside of ours stays what it is."""
    known = _changed(
        CATALOG["openai"], (ServiceKind(name="chat", client="nowhere_at_all.client:Client"),)
    )
    services, _ = _directory(tmp_path, known)
    line = r"nowhere_at_all is not installed; run: pip install 'holdfast\[nowhere_at_all\]'"
    with pytest.raises(ConfigurationError, match=line):
        services.get_service("openai", "chat")
    ours = _changed(
        CATALOG["openai"], (ServiceKind(name="chat", client="holdfast.nowhere:Client"),)
    )
    broken, _ = _directory(tmp_path, ours)
    with pytest.raises(ModuleNotFoundError):
        broken.get_service("openai", "chat")


KINDS = [(name, kind.name) for name, known in CATALOG.items() for kind in known.services]


@pytest.mark.parametrize(("provider", "kind"), KINDS)
async def test_every_kind_of_the_catalog_can_be_made(
    tmp_path: Path, provider: str, kind: str
) -> None:
    """Told to simulate; and it can be asked for its health without a fault of its own."""
    monitoring = Monitoring(
        development(tmp_path, HOLDFAST_SIMULATOR_URL=SIMULATOR), clock=jumping_clock()
    )
    service = monitoring.services.get_service(provider, kind)
    health: Callable[[], Any] = service.health
    assert asyncio.iscoroutinefunction(health)
    await monitoring.services.aclose()
