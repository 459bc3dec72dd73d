"""What every token store promises, in memory and in files."""

import asyncio
import math
import multiprocessing
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.errors import ConfigurationError
from holdfast.integrations.token_files import FileTokens
from holdfast.integrations.token_store import MemoryTokens, TokenStore
from holdfast.integrations.tokens import Tokens

pytestmark = pytest.mark.real_time

FULL = Tokens(
    access_token="acc3ss",
    refresh_token="r3fresh",
    expires_at=math.inf,
    refresh_expires_at=1_800_000_000.5,
    scopes=frozenset({"read", "write"}),
    origin="abc",
    refreshing_since=1.25,
)
Make = Callable[[], TokenStore]


@pytest.fixture(params=["memory", "files"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """A store of each kind; two of files share their folder."""
    memory = MemoryTokens()
    return (lambda: memory) if request.param == "memory" else lambda: FileTokens(tmp_path / "kept")


async def test_what_was_saved_is_loaded(make: Make) -> None:
    """All of it, the last of several, and nothing of another account."""
    store = make()
    assert await store.load("x:1") is None
    for tokens in (Tokens(access_token="old"), FULL):
        await store.save("x:1", tokens)
    await store.save("x:../2", Tokens(access_token="other"))
    assert await make().load("x:1") == FULL
    assert await make().load("x:../2") == Tokens(access_token="other")


async def test_one_holds_an_account_at_a_time(make: Make) -> None:
    """Whoever else wants it waits; another account is free; a failure lets go."""
    order: list[str] = []

    async def hold(name: str, account: str) -> None:
        async with make().held(account):
            order.append(f"{name} in")
            await asyncio.sleep(0.05)
            order.append(f"{name} out")

    with pytest.raises(ZeroDivisionError):
        async with make().held("x"):
            raise ZeroDivisionError
    await asyncio.gather(hold("a", "x"), hold("b", "x"), hold("c", "y"))
    of_x = [step for step in order if not step.startswith("c")]
    assert of_x in (["a in", "a out", "b in", "b out"], ["b in", "b out", "a in", "a out"])
    assert order.index("c in") < 3


async def test_who_gives_up_waiting_leaves_the_account_free(make: Make) -> None:
    """A cancelled wait holds nothing."""
    store = make()
    async with store.held("x"):
        waiting = asyncio.create_task(_hold_once(make()))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5.0), make().held("x"):
        pass


async def _hold_once(store: TokenStore) -> None:
    async with store.held("x"):
        pass


async def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """0600 in a folder of 0700, and no other file is left."""
    folder = tmp_path / "kept"
    await FileTokens(folder).save("x", FULL)
    files = list(folder.iterdir())
    assert [file.name for file in files] == ["x.json"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_save_that_was_cut_short_leaves_the_old_tokens(tmp_path: Path) -> None:
    """A half-written file beside the good one is not looked at, and not in the way."""
    store = FileTokens(tmp_path)
    await store.save("x", FULL)
    (tmp_path / "x.new").write_bytes(b'{"access')
    assert await store.load("x") == FULL
    await store.save("x", Tokens(access_token="new"))
    assert await store.load("x") == Tokens(access_token="new")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"access_token": 1}', b"\xff", b'"x"'])
async def test_a_file_of_something_else_is_named_and_kept(tmp_path: Path, content: bytes) -> None:
    """It is not overwritten by a guess: somebody may still want it."""
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"x\.json does not hold tokens; remove it"):
        await FileTokens(tmp_path).load("x")
    assert file.read_bytes() == content


async def test_another_process_waits_and_a_dead_one_lets_go(tmp_path: Path) -> None:
    """The lock is the system's: it ends with whoever held it."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=_hold_for_ever, args=(str(tmp_path), ready))
    other.start()
    try:
        assert await asyncio.to_thread(ready.wait, 30)
        waiting = asyncio.create_task(_hold_once(FileTokens(tmp_path)))
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
        other.kill()
        await asyncio.wait_for(waiting, 10.0)
    finally:
        other.kill()
        other.join()


def _hold_for_ever(folder: str, ready: object) -> None:
    async def hold() -> None:
        async with FileTokens(Path(folder)).held("x"):
            ready.set()  # type: ignore[attr-defined]
            await asyncio.sleep(60.0)

    asyncio.run(hold())
