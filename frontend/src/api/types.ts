/** The JSON the page reads. Times are ISO-8601 UTC, rates percent 0-100, latencies milliseconds; null means "no data". */

export type HealthState = "healthy" | "degraded" | "unhealthy" | "unknown";
export type BreakerState = "closed" | "open" | "half_open" | "forced_open" | "forced_closed" | "disabled";
export type Outcome = "succeeded" | "failed" | "refused" | "cancelled";
export type Verdict = "pass" | "warn" | "fail";

export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Counts of the rolling window: `total` is succeeded + failed, refused calls are never part of a rate. */
export interface CallWindow {
  total: number;
  succeeded: number;
  failed: number;
  refused: number;
  cancelled: number;
}

export interface Breaker {
  state: BreakerState;
  since: string;
  retry_in_seconds: number | null;
  probes_in_flight: number;
  permitted_probes: number;
  refused: number;
  consecutive_failures: number;
  trips: number;
}

export interface OperationCard {
  operation: string;
  breaker: Breaker;
  window: CallWindow;
  success_rate: number | null;
  meaning_rate: number | null;
  latency_ms: Percentiles;
}

export interface Series {
  step_seconds: number;
  start: string;
  total: number[];
  failed: number[];
  refused: number[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
}

export interface Limit {
  limit: number;
  per_seconds: number;
  used: number;
  resets_in_seconds: number;
  refused: number;
  rate_limited: number;
}

export interface Problem {
  at: string;
  operation: string;
  error: string;
  reason: string;
}

export interface Lifetime {
  total: number;
  succeeded: number;
  failed: number;
  refused: number;
  since: string;
}

export interface Card {
  integration: string;
  label: string;
  kind: string;
  state: HealthState;
  reason: string | null;
  window: CallWindow;
  success_rate: number | null;
  meaning_rate: number | null;
  judged: number;
  latency_ms: Percentiles;
  waited_ms: Percentiles;
  attempts: number;
  retries: number;
  errors: { type: string; count: number }[];
  verdicts: { pass: number; warn: number; fail: number; not_judged: number };
  last_problem: Problem | null;
  limit: Limit | null;
  operations: OperationCard[];
  series: Series;
  lifetime: Lifetime;
}

export interface CardDetail extends Card {
  configuration: Record<string, unknown>;
}

export interface Requests {
  in_flight: number;
  window: { total: number; succeeded: number; failed: number; client_gone: number };
  success_rate: number | null;
  latency_ms: Percentiles;
  routes: { method: string; route: string; total: number; failed: number; latency_ms: Percentiles }[];
  lifetime_total: number;
}

export interface RecordStatus {
  status: "ok" | "behind" | "failing" | "off";
  waiting: number;
  written: number;
  dropped: Record<string, number>;
  last_error: string | null;
  last_written_at: string | null;
}

export interface Metrics {
  at: string;
  environment: string;
  instance: string;
  uptime_seconds: number;
  window_seconds: number;
  integrations: Card[];
  requests: Requests;
  record: RecordStatus;
  dropped: Record<string, number>;
}

export interface Step {
  step: string;
  integration: string;
  operation: string;
  outcome: Outcome;
  verdict: Verdict | null;
  score: number | null;
  reason: string | null;
  error: string | null;
  latency_ms: number | null;
  waited_ms: number | null;
  attempts: number;
  served_from: string;
  at: string;
}

/** What the application itself said of a step's result; it wins for the step. */
export interface OwnVerdict {
  step: string;
  verdict: Verdict;
  score: number | null;
  reason: string | null;
  method: string | null;
  at: string;
}

export interface Session {
  session_id: string;
  user: string | null;
  service_type: string | null;
  status: "active" | "completed" | "timed_out";
  overall_status: "running" | "success" | "partial" | "failed";
  started_at: string;
  last_seen_at: string;
  completed_at: string | null;
  duration_ms: number | null;
  step_count: number;
  issues_found: number;
  performance_score: number | null;
  quality_score: number | null;
  cost_usd: number | null;
  steps: Step[];
  own_verdicts: OwnVerdict[];
}

/** A field that did not reach a step as the step before had left it. */
export interface Loss {
  field: string;
  kind: "lost" | "changed" | "truncated" | "missing";
  last_step: string | null;
}

export interface ContextFlow {
  context_lost: boolean;
  context_flow: { step: string; at: string; lost: Loss[] }[];
}

export interface SessionPage {
  sessions: Session[];
  next_cursor: string | null;
  source: "record" | "memory";
  partial: string | null;
}

export type Severity = "critical" | "warning" | "info";

/** One trouble from when it fires until it is resolved; `integration` null concerns all. */
export interface Alert {
  id: string;
  fingerprint: string;
  state: "firing" | "resolved";
  severity: Severity;
  rule: string;
  integration: string | null;
  message: string;
  value: number;
  threshold: number;
  since: string;
  changed_at: string;
  resolved_at: string | null;
  reason: string | null;
}

/** The latest first; `total` counts those of the asked state, `firing` all that fire now. */
export interface AlertPage {
  alerts: Alert[];
  total: number;
  firing: number;
  next_cursor: string | null;
  partial: string | null;
}

export interface HistoryBucket {
  at: string;
  total_calls: number;
  failed_calls: number;
  refused_calls: number;
  success_rate: number | null;
  latency_ms: Percentiles;
}

/** `GET integration/{name}/history`: buckets without a call are left out; no trend: too few calls to tell. */
export interface History {
  integration: string;
  resolution_seconds: number;
  since: string;
  total: Omit<HistoryBucket, "at">;
  trend: { success_rate: string; latency: string } | null;
  buckets: HistoryBucket[];
}

/** What a delta may carry; an absent key means "unchanged". */
export interface Delta {
  integrations?: Card[];
  sessions?: Session[];
  requests?: Requests;
  record?: RecordStatus;
  dropped?: Record<string, number>;
  uptime_seconds?: number;
}

export type Frame =
  | { type: "snapshot"; seq: number; at: string; data: { metrics: Metrics; sessions: Session[] } }
  | { type: "delta"; seq: number; at: string; data: Delta }
  | { type: "heartbeat"; seq: number; at: string };

/** A fault the simulator can be told to show; every key beyond these is the kind's own parameter. */
export interface Scenario {
  kind: string;
  rate?: number;
  operation?: string | null;
  times?: number | null;
  for_seconds?: number | null;
  [parameter: string]: unknown;
}

export interface FaultKind {
  kind: string;
  title: string;
  providers: string[];
  parameters?: Record<string, unknown>;
}

export interface Scenarios {
  seed: number;
  providers: Record<string, { scenario: Scenario | null; calls: number; faulted: number }>;
  kinds: FaultKind[];
}
