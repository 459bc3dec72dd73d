"""``python -m tests.end_to_end.forked_workers PORT N``: what a server does that preloads.

The application is imported once, then N processes with a uvicorn each are forked from it, which
accept on one socket; one that dies is replaced. Quicker than ``uvicorn --workers``, and what
each inherits must not be counted twice.
"""

import os
import signal
import socket
import sys

import uvicorn

from tests.end_to_end.workers_app import app


def main(port: int, workers: int) -> None:
    """Serve until Ctrl-C."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(100)
        children = {_worker(listening) for _ in range(workers)}
        try:
            while True:
                dead, _ = os.wait()
                children ^= {dead, _worker(listening)}
        except KeyboardInterrupt:
            for child in children:  # who asked has seen what he wanted to see
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _worker(listening: socket.socket) -> int:
    child = os.fork()
    if child == 0:
        try:
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
        finally:
            os._exit(0)
    return child


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
