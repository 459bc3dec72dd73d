"""The hook of the whole suite finds a secret in what a test printed or logged."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytest_plugins = ["pytester"]


@pytest.mark.real_time
def test_a_passing_test_that_shows_a_secret_fails(pytester: pytest.Pytester) -> None:
    """Printed or logged; what shows none passes."""
    pytester.makeconftest(
        f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        import functools
        import tests.conftest
        leaked = tests.conftest.leaked
        tests.conftest.leaked = functools.partial(leaked, secrets=["ins1de-s3cret-1"])
        pytest_runtest_makereport = tests.conftest.pytest_runtest_makereport
        """
    )
    pytester.makepyfile(
        """
        import logging
        SECRET = "ins1de-s3cret-1"

        def test_prints():
            print("token", SECRET)

        def test_logs():
            logging.getLogger("any").warning("token %s", SECRET)

        def test_is_silent():
            print("token ***")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "ignore")
    result.assert_outcomes(passed=1, failed=2)
