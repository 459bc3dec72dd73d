"""The dashboards, one a file; a test asks a real Prometheus for the data of every panel."""

from holdfast.exports.board import Board
from holdfast.exports.boards.api import API
from holdfast.exports.boards.business import BUSINESS
from holdfast.exports.boards.chat import CHAT
from holdfast.exports.boards.errors import ERRORS
from holdfast.exports.boards.health import HEALTH
from holdfast.exports.boards.integrations import INTEGRATIONS

BOARDS: tuple[Board, ...] = (HEALTH, API, CHAT, ERRORS, BUSINESS, INTEGRATIONS)
"""Every dashboard. Add one: a file, and a name here."""
