"""Rows into PostgreSQL by COPY; what may be there already goes through a table of its own first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.storage.engine import schema_of
from holdfast.storage.rows import Row
from holdfast.storage.values import POSTGRES, in_order

UNIQUE_VIOLATION = "23505"


async def write(
    connection: AsyncConnection, table: Table, columns: Sequence[str], rows: list[Row],
    *, again: bool,
) -> set[str] | None:  # fmt: skip
    """The ids of the rows that are new. Not *again*: raises what COPY raises when one is not."""
    schema = schema_of(connection)
    # SQLAlchemy begins the transaction with the first statement that it sees.
    await connection.execute(text("SELECT 1"))
    driver: Any = (await connection.get_raw_connection()).driver_connection
    values = in_order(table, columns, rows, POSTGRES)
    key = [column.name for column in table.primary_key.columns]
    if not again:
        await driver.copy_records_to_table(
            table.name, schema_name=schema, columns=columns, records=values
        )
        return {row[key[-1]] for row in rows}
    whole = f'"{schema}".{table.name}' if schema else table.name
    stage = f"{table.name}_stage"
    names = ", ".join(columns)
    like = f"SELECT {names} FROM {whole} WITH NO DATA"  # noqa: S608 - ours
    await driver.execute(f"CREATE TEMP TABLE {stage} ON COMMIT DROP AS {like}")
    await driver.copy_records_to_table(stage, columns=columns, records=values)
    found = await driver.fetch(
        f"INSERT INTO {whole} ({names}) SELECT {names} FROM {stage} "  # noqa: S608 - ours
        f"ON CONFLICT DO NOTHING RETURNING {key[-1]}"
    )
    await driver.execute(f"DROP TABLE {stage}")
    return {record[0] for record in found}
