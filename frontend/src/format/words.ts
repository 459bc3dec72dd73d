/** The words and shapes of every state. A state is never told by colour alone: each has its own word and its own shape. */
import type { Alert, Breaker, HealthState, Session, Step } from "../api/types";
import { milliseconds, NO_DATA, plural } from "./number";
import { seconds } from "./time";

/** Colour classes of styles/tokens.css. */
export type Tone = "ok" | "warn" | "bad" | "busy" | "off";
export type ShapeName = "disc" | "triangle" | "octagon" | "ring" | "half" | "square" | "lock" | "check" | "cross" | "bang" | "bar" | "run";

export interface Sign {
  tone: Tone;
  shape: ShapeName;
  word: string;
}

export const HEALTH: Record<HealthState, Sign> = {
  healthy: { tone: "ok", shape: "disc", word: "Healthy" },
  degraded: { tone: "warn", shape: "triangle", word: "Degraded" },
  unhealthy: { tone: "bad", shape: "octagon", word: "Unhealthy" },
  unknown: { tone: "off", shape: "ring", word: "Unknown" },
};

export const BREAKER: Record<Breaker["state"], Sign> = {
  closed: { tone: "ok", shape: "disc", word: "Closed" },
  half_open: { tone: "busy", shape: "half", word: "Half-open" },
  open: { tone: "bad", shape: "square", word: "Open" },
  forced_open: { tone: "warn", shape: "lock", word: "Forced open" },
  forced_closed: { tone: "warn", shape: "lock", word: "Forced closed" },
  disabled: { tone: "off", shape: "ring", word: "Disabled" },
};

const SESSION: Record<Session["overall_status"], Sign> = {
  running: { tone: "busy", shape: "run", word: "Running" },
  success: { tone: "ok", shape: "disc", word: "Success" },
  partial: { tone: "warn", shape: "triangle", word: "Partial" },
  failed: { tone: "bad", shape: "octagon", word: "Failed" },
};

const SEVERITY: Record<Alert["severity"], Sign> = {
  critical: { tone: "bad", shape: "octagon", word: "Critical" },
  warning: { tone: "warn", shape: "triangle", word: "Warning" },
  info: { tone: "busy", shape: "ring", word: "Info" },
};

/** How grave an alert is; what is over says so before anything else. */
export function alertSign(alert: Alert): Sign {
  if (alert.state === "resolved") return { tone: "off", shape: "check", word: "Resolved" };
  return SEVERITY[alert.severity];
}

/** How a session went, or goes: one that runs but has already hurt its user says so. */
export function sessionSign(session: Session): Sign {
  const sign = SESSION[session.overall_status];
  if (session.overall_status !== "running" || session.issues_found === 0) return sign;
  return { ...sign, tone: "warn", word: `Running, ${plural(session.issues_found, "issue")}` };
}

/** How long a session took; of one that still runs, when it was last seen. */
export function sessionDuration({ duration_ms, status }: Session): string {
  if (duration_ms === null) return status === "active" ? "running" : NO_DATA;
  return status === "active" ? `${milliseconds(duration_ms)} so far` : milliseconds(duration_ms);
}

const ALERT_UNITS: Record<string, string> = { success_rate: "%", meaning_rate: "%", latency: "ms", breaker_trips: "in an hour", rate_limits: "in an hour" };

/** A value of the rule that found it, or its threshold, with its unit; counts are the last hour's. */
export const alertFigure = (rule: string, value: number): string => [value, ALERT_UNITS[rule]].filter((part) => part !== undefined).join(" ");

/** How a step went; a verdict on the answer weighs more than the fact that an answer came. */
export function stepSign(step: Step): Sign {
  if (step.outcome === "refused") return { tone: "off", shape: "square", word: "Refused" };
  if (step.outcome === "cancelled") return { tone: "off", shape: "bar", word: "Cancelled" };
  if (step.verdict === "fail") return { tone: "bad", shape: "cross", word: "Answer rejected" };
  if (step.outcome === "failed") return { tone: "bad", shape: "cross", word: "Failed" };
  if (step.verdict === "warn") return { tone: "warn", shape: "bang", word: "Answer doubtful" };
  if (step.verdict === null) return { tone: "ok", shape: "ring", word: "Succeeded, not judged" };
  return { tone: "ok", shape: "check", word: "Succeeded" };
}

/** What an operator wants to know beside the breaker's word; `elapsedSeconds` is the age of the numbers. */
export function breakerNote(breaker: Breaker, elapsedSeconds: number): string {
  const refused = breaker.refused > 0 ? `${plural(breaker.refused, "call")} refused` : "";
  if (breaker.state === "half_open") return `probing ${breaker.probes_in_flight}/${breaker.permitted_probes}`;
  if (breaker.state === "open") {
    const left = breaker.retry_in_seconds === null ? null : breaker.retry_in_seconds - elapsedSeconds;
    const probe = left === null ? "" : left > 0.5 ? `probe in ${seconds(left)}` : "probes with the next call";
    return [probe, refused].filter(Boolean).join(" · ");
  }
  if (breaker.state === "forced_open") return refused;
  if (breaker.state === "closed" && breaker.consecutive_failures > 0) {
    return `${plural(breaker.consecutive_failures, "failure")} in a row`;
  }
  return "";
}
