"""The talks of one account: jobs that go from created over started to done, by the clock."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from holdfast.clock import Clock, iso
from holdfast.simulator.providers.did.film import film_seconds

MOST_TALKS = 1000


@dataclass(slots=True)
class Job:
    """One talk. *began* is Unix time."""

    id: str
    text: str
    user_data: str | None
    began: float


class Talks:
    """At most `MOST_TALKS` jobs, the oldest forgotten; each takes *render_seconds*."""

    def __init__(self, render_seconds: float, clock: Clock) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._render_seconds, self._clock = render_seconds, clock

    def add(self, ident: str, text: str, user_data: str | None) -> Job:
        """A new job."""
        job = self._jobs[ident] = Job(ident, text, user_data, self._clock.wall())
        while len(self._jobs) > MOST_TALKS:
            self._jobs.popitem(last=False)
        return job

    def get(self, ident: str) -> Job | None:
        """The job with this id."""
        return self._jobs.get(ident)

    def remove(self, ident: str) -> None:
        """Forget a job."""
        del self._jobs[ident]

    def newest(self, most: int) -> list[Job]:
        """The last *most* jobs, newest first."""
        return list(reversed(self._jobs.values()))[:most]

    def status(self, job: Job) -> str:
        """Where the job is now: a quarter of its time it waits to be started."""
        age = self._clock.wall() - job.began
        if age >= self._render_seconds:
            return "done"
        return "started" if age >= self._render_seconds / 4 else "created"

    def document(self, job: Job, film_url: str) -> dict[str, Any]:
        """The job as `GET /talks/{id}` shows it; *film_url* only once it is done."""
        status = self.status(job)
        shown: dict[str, Any] = {
            "id": job.id,
            "object": "talk",
            "created_at": iso(job.began),
            "created_by": "simulated|account",
            "modified_at": iso(self._clock.wall()),
            "status": status,
            "user_data": job.user_data,
            "config": {"stitch": False, "result_format": ".mp4"},
            "pending_url": f"s3://d-id-talks-prod/simulated/{job.id}/film.mp4",
        }
        if status != "created":
            shown["started_at"] = iso(job.began + self._render_seconds / 4)
        if status == "done":
            shown |= {"result_url": film_url, "duration": film_seconds(job.text)}
        return shown
