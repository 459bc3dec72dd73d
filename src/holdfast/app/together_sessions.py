"""The sessions that are in memory somewhere: their steps may have been taken in several workers."""

from holdfast.app.together import Together
from holdfast.sessions.session import Session
from holdfast.sessions.together import session_of, together
from holdfast.sessions.tracker import Sessions


class TogetherSessions:
    """Fulfils `LiveSessions`: a session's steps may have been taken in several workers."""

    def __init__(self, own: Sessions, others: Together) -> None:
        self._own, self._others = own, others

    def latest(self, limit: int, last_steps: int = 12) -> list[Session]:
        """Those seen last, the latest first."""
        parts = {one.session_id: [one] for one in self._own.latest(limit, last_steps)}
        for session_id, theirs in self._elsewhere().items():
            if session_id not in parts and (own := self._own.find(session_id)) is not None:
                parts[session_id] = [own]
            parts.setdefault(session_id, []).extend(theirs)
        found = [together(each) for each in parts.values()]
        return sorted(found, key=lambda one: -one.last_seen_at)[:limit]

    def find(self, session_id: str) -> Session | None:
        """One of them, with the steps that are held."""
        own = self._own.find(session_id)
        parts = [own] if own is not None else []
        parts += self._elsewhere().get(session_id, [])
        return together(parts) if parts else None

    def _elsewhere(self) -> dict[str, list[Session]]:
        found: dict[str, list[Session]] = {}
        for _, it in self._others.others():
            for plain in it["sessions"]:
                found.setdefault(plain[0], []).append(session_of(plain))
        return found
