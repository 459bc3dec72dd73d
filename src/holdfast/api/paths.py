"""Where a request of ours points to, whatever the host is mounted under."""

from collections.abc import Mapping
from typing import Any


def root_path(scope: Mapping[str, Any]) -> str:
    """What the host is mounted under, "" for nothing."""
    return str(scope.get("root_path", ""))


def local_path(scope: Mapping[str, Any]) -> str:
    """The path below `root_path`; all of it when it does not lie below."""
    path, root = str(scope["path"]), root_path(scope)
    below = root and (path == root or path.startswith(f"{root}/"))
    return path[len(root) :] if below else path
