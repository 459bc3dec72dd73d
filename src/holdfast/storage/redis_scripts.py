"""The scripts that decide on the server, each in one step, and how to run many in one trip."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.connection import AbstractConnection

Argument = str | int | float


class Script(NamedTuple):
    """A Lua script and the name that the server knows it by."""

    text: str
    sha: str


class Run(NamedTuple):
    """One run of a script: what it may touch, and what it is told."""

    keys: Sequence[str]
    arguments: Sequence[Argument]


@cache
def script(name: str) -> Script:
    """The script in ``lua/<name>.lua``."""
    text = files("holdfast.storage").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8")
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


async def run(client: "Redis", one: Script, runs: Sequence[Run]) -> list[Any]:
    """The answer of each run, in one round trip: two when the server has forgotten the script.

    Raises the first error answered; no run is repeated that may have been done.
    """
    from redis.exceptions import NoScriptError

    answers = await _evaluate(client, one, runs)
    unknown = [n for n, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
    if unknown:
        await client.script_load(one.text)
        again = await _evaluate(client, one, [runs[n] for n in unknown])
        for n, answer in zip(unknown, again, strict=True):
            answers[n] = answer
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


async def _evaluate(client: "Redis", one: Script, runs: Sequence[Run]) -> list[Any]:
    """By the connection itself: the driver's pipeline takes half as long again as the server."""
    pool = client.connection_pool
    connection = await pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        commands = [("EVALSHA", one.sha, len(keys), *keys, *arguments) for keys, arguments in runs]
        packed = connection.pack_commands(commands)
        await connection.send_packed_command(packed)
        return [await _answer(connection) for _ in runs]
    except BaseException:  # an answer may be under way, which is nobody else's
        await connection.disconnect(nowait=True)
        raise
    finally:
        await pool.release(connection)


async def _answer(connection: "AbstractConnection") -> Any:
    from redis.exceptions import ResponseError

    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
