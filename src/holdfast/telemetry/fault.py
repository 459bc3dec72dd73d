"""Faults of our own parts, for the log: what and where, never the values of variables."""

from pathlib import Path
from traceback import extract_tb

import structlog

from holdfast.telemetry.redact import one_line

_FRAMES = 5


def log_fault(event: str, error: BaseException, **about: str) -> None:
    """Write *event* with the error in one redacted line, and the last places it came through."""
    frames = extract_tb(error.__traceback__)[-_FRAMES:]
    where = " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)
    structlog.get_logger("holdfast").error(event, **about, error=one_line(error), where=where)
