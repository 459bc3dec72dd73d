/** Small, complete documents in the shapes of the API; each test changes only what it is about. */
import type { Card, Metrics, OwnVerdict, Session, Step } from "../src/api/types";

export const AT = "2026-11-21T03:00:00.000+00:00";

export function card(changes: Partial<Card> = {}): Card {
  return {
    integration: "openai", label: "OpenAI", kind: "language model", state: "healthy", reason: null,
    window: { total: 40, succeeded: 38, failed: 2, refused: 5, cancelled: 0 },
    success_rate: 95, meaning_rate: 97.4, judged: 38,
    latency_ms: { p50: 100, p95: 200, p99: 300 }, waited_ms: { p50: 0, p95: 1, p99: 2 },
    attempts: 44, retries: 4, errors: [{ type: "Unavailable", count: 2 }],
    verdicts: { pass: 37, warn: 0, fail: 1, not_judged: 0 }, last_problem: null, limit: null,
    operations: [operation()],
    series: { step_seconds: 5, start: AT, total: [2, 0, 1], failed: [0, 0, 1], refused: [0, 3, 0], p50: [10, null, 20], p95: [30, null, 40], p99: [50, null, 60] },
    lifetime: { total: 1000, succeeded: 990, failed: 10, refused: 5, since: AT },
    ...changes,
  };
}

export function operation(breaker: Partial<Card["operations"][number]["breaker"]> = {}): Card["operations"][number] {
  return {
    operation: "chat",
    breaker: { state: "closed", since: AT, retry_in_seconds: null, probes_in_flight: 0, permitted_probes: 1, refused: 0, consecutive_failures: 0, trips: 0, ...breaker },
    window: { total: 40, succeeded: 38, failed: 2, refused: 5, cancelled: 0 },
    success_rate: 95, meaning_rate: 97.4, latency_ms: { p50: 100, p95: 200, p99: 300 },
  };
}

export function metrics(integrations: Card[] = [card()], changes: Partial<Metrics> = {}): Metrics {
  return {
    at: AT, environment: "development", instance: "a1b2c3", uptime_seconds: 600, window_seconds: 300, integrations,
    requests: { in_flight: 2, window: { total: 120, succeeded: 118, failed: 1, client_gone: 1 }, success_rate: 99.2, latency_ms: { p50: 8, p95: 20, p99: 31 }, routes: [], lifetime_total: 5000 },
    record: { status: "ok", waiting: 0, written: 10, dropped: { buffer_full: 0 }, last_error: null, last_written_at: AT },
    dropped: { live_client_slow: 0 },
    ...changes,
  };
}

export function step(changes: Partial<Step> = {}): Step {
  return {
    step: "birth_chart", integration: "prokerala", operation: "planet-position", outcome: "succeeded", verdict: "pass", score: 1,
    reason: null, error: null, latency_ms: 40, waited_ms: 0, attempts: 1, served_from: "provider", at: AT, ...changes,
  };
}

export function own(changes: Partial<OwnVerdict> = {}): OwnVerdict {
  return { step: "birth_chart", verdict: "pass", score: 0.25, reason: null, method: null, at: AT, ...changes };
}

export function session(changes: Partial<Session> = {}): Session {
  return {
    session_id: "s-1", user: "m…a", service_type: "guidance", status: "completed", overall_status: "success", started_at: AT, last_seen_at: AT,
    completed_at: AT, duration_ms: 1234.5, step_count: 1, issues_found: 0, performance_score: 100, quality_score: null, cost_usd: null,
    steps: [step()], own_verdicts: [], ...changes,
  };
}
