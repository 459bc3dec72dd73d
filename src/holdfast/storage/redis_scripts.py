"""The scripts that decide on the server, each in one step, and how to run many in one trip."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from redis.asyncio import Redis

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
    pipeline = client.pipeline(transaction=False)
    for keys, arguments in runs:
        pipeline.evalsha(one.sha, len(keys), *keys, *arguments)
    answers: list[Any] = await pipeline.execute(raise_on_error=False)
    return answers
