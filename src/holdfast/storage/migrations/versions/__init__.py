"""The steps. Each names the one before it; Alembic finds their order."""
