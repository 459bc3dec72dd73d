"""What is of worth to the business: users, messages, documents, money."""

from holdfast.exports.board import Board, number, panel, rate

BUSINESS = Board(
    "holdfast-business",
    "Holdfast / Business",
    (
        (
            "Users",
            (
                number("Sessions now", "short", "sum(holdfast_sessions_active)"),
                panel(
                    "Sessions a minute", "short",
                    (f"60 * {rate('holdfast_sessions_started_total')}", "began"),
                    (f"60 * {rate('holdfast_sessions_ended_total', 'status')}", "{{status}}"),
                ),
                panel(
                    "Sessions, as the application says", "short",
                    ("sum by (session_type) (active_sessions_current)", "{{session_type}}"),
                ),
                panel(
                    "Messages an hour", "short",
                    (f"3600 * {rate('chat_messages_total', 'user_type')}", "{{user_type}}"),
                ),
                panel(
                    "Documents an hour", "short",
                    (
                        f"3600 * {rate('document_operations_total', 'operation, status')}",
                        "{{operation}} {{status}}",
                    ),
                ),
            ),
        ),
        (
            "Spending",
            (
                panel(
                    "Usage a minute", "short",
                    (
                        f"60 * {rate('holdfast_usage_total', 'integration, unit')}",
                        "{{integration}} {{unit}}",
                    ),
                ),
                panel(
                    "Cost an hour", "currencyUSD",
                    (
                        f"3600 * {rate('holdfast_cost_usd_total', 'integration, model')}",
                        "{{integration}} {{model}}",
                    ),
                    about="By the price table; what has no price is not in it.",
                ),
                panel(
                    "Left, as providers say", "short",
                    (
                        "min by (integration, unit) (holdfast_quota_remaining)",
                        "{{integration}} {{unit}}",
                    ),
                ),
            ),
        ),
    ),
)  # fmt: skip
