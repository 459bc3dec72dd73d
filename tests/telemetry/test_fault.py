"""A fault of ours is one line that says what and where."""

from structlog.testing import capture_logs

from holdfast.telemetry.fault import log_fault


def _fails(password: str) -> None:
    raise RuntimeError(f"cannot log in with password={password}\nand more")


def test_a_fault_is_one_line_without_values() -> None:
    """The error's first line, redacted, and the places it came through."""
    with capture_logs() as logs:
        try:
            _fails("hunter22")
        except RuntimeError as error:
            log_fault("task_failed", error, task="x")
    [line] = logs
    assert (line["event"], line["task"], line["log_level"]) == ("task_failed", "x", "error")
    assert line["error"] == "RuntimeError: cannot log in with password=[redacted]"
    assert [place.split()[1] for place in line["where"].split(" > ")] == [
        "test_a_fault_is_one_line_without_values", "_fails",
    ]  # fmt: skip
