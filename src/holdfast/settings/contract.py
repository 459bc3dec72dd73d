"""Settings of the voice contract that are shown, and that nothing acts on yet."""

from pydantic import BaseModel

from holdfast.settings.field import Switch, setting


class ContractSettings(BaseModel):
    """What `/health/configuration` must show; each is listed there as not wired."""

    connection_pool_size: int = setting(
        20,
        "DB_POOL_SIZE",
        ge=1,
        le=1_000,
        what="Shown for the contract; nothing acts on it yet.",
    )
    connection_timeout: int = setting(
        30,
        "DB_TIMEOUT",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    query_timeout: int = setting(
        60,
        "DB_QUERY_TIMEOUT",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    enable_query_logging: Switch = setting(
        False,
        "DB_QUERY_LOGGING",
        what="Shown for the contract; nothing acts on it yet.",
    )
    redis_ttl: int = setting(
        3_600,
        "REDIS_TTL",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    translation_cache_size: int = setting(
        1_000,
        "TRANSLATION_CACHE_SIZE",
        ge=0,
        what="Shown for the contract; nothing acts on it yet.",
    )
    rag_cache_size: int = setting(
        500,
        "RAG_CACHE_SIZE",
        ge=0,
        what="Shown for the contract; nothing acts on it yet.",
    )
    enable_cache: Switch = setting(
        True,
        "ENABLE_CACHE",
        what="Shown for the contract; nothing acts on it yet.",
    )
    api_key_rotation_hours: int = setting(
        24,
        "API_KEY_ROTATION_HOURS",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    max_request_size_mb: int = setting(
        100,
        "MAX_REQUEST_SIZE_MB",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
