"""The command line: ``holdfast demo | simulator | status | db upgrade | config show | export``."""

from holdfast.cli.main import main

__all__ = ["main"]
