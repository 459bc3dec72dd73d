"""What is spent has the price of its model, or none: never an invented one."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from holdfast.errors import SettingsError
from holdfast.events import Usage
from holdfast.integrations import CATALOG
from holdfast.integrations.metering import added
from holdfast.integrations.price_file import read_prices
from holdfast.integrations.prices import MOST_REMEMBERED, PRICES, Price, Prices

PARTS = {"input": 1000.0, "cached": 500.0, "output": 100.0}
CHAT = Usage("tokens", 1600.0, model="gpt-4o-mini", parts=PARTS)
OWN = Price(
    integration="openai", unit="tokens", usd=3.0, per=1000.0, dated=date(2026, 1, 1), source="mine"
)


def _of(model: str | None, **parts: float) -> float | None:
    usage = Usage("tokens", sum(parts.values()), model=model, parts=parts or None)
    return Prices().cost_usd("openai", "chat", usage)


def test_each_part_has_its_own_price() -> None:
    """gpt-4o-mini: 0.15, 0.075 from the cache and 0.60 dollars for a million."""
    cost = Prices().cost_usd("openai", "chat", CHAT)
    assert cost == pytest.approx((1000 * 0.15 + 500 * 0.075 + 100 * 0.60) / 1e6)


def test_a_dated_version_costs_what_its_model_does_unless_it_has_a_price_of_its_own() -> None:
    """And a model whose name only begins the same is another one."""
    assert _of("gpt-4o-2024-08-06", input=1e6) == 2.5
    assert _of("gpt-4o-2024-05-13", input=1e6) == 5.0
    assert _of("gpt-4o-audio-preview", input=1e6) is None


def test_what_is_not_known_has_no_price() -> None:
    """An unknown model, part, unit or operation; no model; tokens that nobody split."""
    assert [
        _of("gpt-99", input=1.0), _of("gpt-4o-mini", input=1.0, video=1.0), _of(None, input=1.0),
        Prices().cost_usd("openai", "chat", Usage("tokens", 5.0, model="gpt-4o-mini")),
        Prices().cost_usd("openai", "chat", Usage("seconds", 5.0, model="gpt-4o-mini")),
        Prices().cost_usd("openai", "embeddings", CHAT),
        Prices().cost_usd("elevenlabs", "tts", Usage("characters", 5.0)),
    ] == [None] * 7  # fmt: skip


def test_a_whole_needs_no_parts() -> None:
    """Embeddings have one price for all their tokens, split or not."""
    whole = Usage("tokens", 1e6, model="text-embedding-3-small")
    split = Usage("tokens", 1e6, model="text-embedding-3-small", parts={"input": 1e6})
    costs = [Prices().cost_usd("openai", "embeddings", one) for one in (whole, split)]
    assert costs == [0.02, 0.02]


def test_ones_own_price_wins_even_when_it_is_less_particular() -> None:
    """Whoever has a contract knows better than any table."""
    prices = Prices((OWN,))
    assert prices.cost_usd("openai", "chat", CHAT) == pytest.approx(4.8)
    assert prices.cost_usd("elevenlabs", "tts", Usage("characters", 5.0)) is None


def test_what_is_remembered_is_bounded() -> None:
    """Providers name the models."""
    prices = Prices()
    for number in range(MOST_REMEMBERED + 5):
        prices.cost_usd("openai", "chat", Usage("tokens", 1.0, model=str(number)))
    assert len(prices._remembered) == 5


def test_every_row_names_its_source_and_an_operation_that_exists() -> None:
    """Dated, from a page one can read."""
    for row in PRICES:
        assert row.source.startswith("https://")
        assert row.usd > 0
        assert CATALOG[row.integration].operation(row.operation or "other")


def test_attempts_add_up_and_one_without_a_price_leaves_none() -> None:
    """Rejected answers were paid for too."""
    one = Usage("tokens", 3.0, 9.0, "m", {"input": 3.0}, 0.5)
    two = Usage("tokens", 5.0, None, "m", {"input": 4.0, "output": 1.0}, 0.25)
    assert added(one, two) == Usage("tokens", 8.0, 9.0, "m", {"input": 7.0, "output": 1.0}, 0.75)
    other = Usage("tokens", 1.0, 7.0, "n", None, None)
    assert added(one, other) == Usage("tokens", 4.0, 7.0, None, None, None)


CONTRACT = {
    "integration": "elevenlabs", "unit": "characters", "usd": 0.18, "per": 1000,
    "model": "eleven_v3", "dated": "2026-11-01", "source": "our contract",
}  # fmt: skip
TOML = "\n".join(["[[price]]", *(f"{key} = {value!r}" for key, value in CONTRACT.items())])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prices.json", json.dumps({"price": [CONTRACT]})),
        ("prices.toml", TOML),
        ("prices.toml", TOML.replace("'2026-11-01'", "2026-11-01")),
    ],
)
def test_a_file_is_toml_or_json(tmp_path: Path, name: str, text: str) -> None:
    """The same rows from either."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    [row] = read_prices(tmp_path / name)
    assert row == Price(
        integration="elevenlabs", unit="characters", usd=0.18, per=1000, model="eleven_v3",
        dated=date(2026, 11, 1), source="our contract",
    )  # fmt: skip
    usage = Usage("characters", 500.0, model="eleven_v3")
    assert Prices((row,)).cost_usd("elevenlabs", "tts", usage) == pytest.approx(0.09)


GOOD: dict[str, Any] = {"integration": "openai", "unit": "tokens", "usd": 1}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([GOOD], "there must be a list of prices called 'price'"),
        ({"price": []}, "there must be a list"),
        ({"price": [{"integration": "openai"}]}, "price 1 needs integration, unit, usd"),
        ({"price": [GOOD, {**GOOD, "usb": 1}]}, "price 2 needs .* may have operation, model"),
        ({"price": [{**GOOD, "unit": ""}]}, "price 1: unit must be a text, got ''"),
        ({"price": [{**GOOD, "usd": -1}]}, "price 1: usd must be a number of at least 0, got -1"),
        ({"price": [{**GOOD, "usd": True}]}, "usd must be a number"),
        ({"price": [{**GOOD, "per": 0}]}, "per must be a number of at least 1e-12, got 0"),
        ({"price": [{**GOOD, "dated": "soon"}]}, "dated must be a date such as 2026-11-05"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, document: Any, message: str) -> None:
    """With its number, its value and what is allowed."""
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        read_prices(path)


def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    """Missing, or in no format that we know."""
    (tmp_path / "prices.toml").write_text("price = [", encoding="utf-8")
    for name in ("nowhere.toml", "prices.toml"):
        with pytest.raises(SettingsError, match=f"{name} cannot be read as prices"):
            read_prices(tmp_path / name)


def test_a_row_says_as_little_as_it_needs(tmp_path: Path) -> None:
    """Today's date and the file's name stand where nothing is said."""
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"price": [GOOD]}), encoding="utf-8")
    [row] = read_prices(path)
    assert (row.source, row.per) == ("prices.json", 1.0)
    assert row.dated >= date(2026, 1, 1)
