"""An operator is answered when what he did is on a disk, where a crash cannot forget it."""

from typing import Annotated

from fastapi import Depends, Response

from holdfast.api.services import Ask, Services

HEADER = "Holdfast-Recorded"


class Trail:
    """`secure` comes after the action and before its answer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def secure(self, response: Response) -> None:
        """Wait until the action is on a disk, in the database or the spool.

        The header ``Holdfast-Recorded`` says whether it is. It is "false" when no record is open
        or when that took longer than two seconds: the action has been taken all the same.
        """
        is_kept = await self._services.kept()
        response.headers[HEADER] = "true" if is_kept else "false"


def _trail(services: Ask) -> Trail:
    return Trail(services)


Audited = Annotated[Trail, Depends(_trail)]
"""A route's parameter of this type secures what an operator did."""
