// @vitest-environment node
import { describe, expect, test } from "vitest";
import type { Frame } from "../../src/api/types";
import { complete, fold, SESSIONS_KEPT, type Model } from "../../src/state/fold";
import { AT, card, metrics, session } from "../fixtures";

const openai = card();
const prokerala = card({ integration: "prokerala", label: "Prokerala" });
const start = (): Model => complete(metrics([openai, prokerala]), [session()], 7, 100);
const delta = (seq: number, data: object): Frame => ({ type: "delta", seq, at: "2026-11-21T03:00:01.000+00:00", data });

describe("fold", () => {
  test("a snapshot replaces everything and sets the number", () => {
    const { model, gap } = fold(null, { type: "snapshot", seq: 3, at: AT, data: { metrics: metrics([openai]), sessions: [] } }, 50);
    expect(gap).toBe(false);
    expect(model?.seq).toBe(3);
    expect(model?.arrived).toEqual({ openai: 50 });
  });

  test("the next delta changes what it names and leaves the rest as it was", () => {
    const hurt = card({ state: "unhealthy" });
    const { model, gap } = fold(start(), delta(8, { integrations: [hurt] }), 900);
    expect(gap).toBe(false);
    expect(model?.metrics.integrations).toEqual([hurt, prokerala]);
    expect(model?.metrics.integrations[1]).toBe(prokerala);
    expect(model?.arrived).toEqual({ openai: 900, prokerala: 100 });
    expect(model?.metrics.requests).toEqual(metrics().requests);
    expect(model?.seq).toBe(8);
    expect(model?.at).toBe("2026-11-21T03:00:01.000+00:00");
  });

  test("a delta may bring an integration that was not there", () => {
    const added = card({ integration: "elevenlabs" });
    expect(fold(start(), delta(8, { integrations: [added] }), 1).model?.metrics.integrations.map((each) => each.integration)).toEqual(["openai", "prokerala", "elevenlabs"]);
  });

  test("a skipped number is a gap and changes nothing", () => {
    const before = start();
    expect(fold(before, delta(9, { integrations: [card({ state: "unhealthy" })] }), 1)).toEqual({ model: before, gap: true });
  });

  test("a delta that was already folded in is ignored", () => {
    const before = start();
    expect(fold(before, delta(7, { uptime_seconds: 1 }), 1)).toEqual({ model: before, gap: false });
  });

  test("a delta before the first snapshot, or onto a polled model, is a gap", () => {
    expect(fold(null, delta(1, {}), 1).gap).toBe(true);
    expect(fold(complete(metrics(), [], null, 1), delta(1, {}), 1).gap).toBe(true);
  });

  test("a heartbeat of the current number changes nothing, of another number it is a gap", () => {
    const before = start();
    expect(fold(before, { type: "heartbeat", seq: 7, at: AT }, 1)).toEqual({ model: before, gap: false });
    expect(fold(before, { type: "heartbeat", seq: 8, at: AT }, 1).gap).toBe(true);
  });

  test("frames of unknown type are ignored", () => {
    const before = start();
    expect(fold(before, { type: "system_health", seq: 99 } as unknown as Frame, 1)).toEqual({ model: before, gap: false });
  });

  test("sessions are replaced by id, newest first, and never more than are kept", () => {
    const many = Array.from({ length: 30 }, (_, index) => session({ session_id: `n-${index}`, started_at: new Date(Date.parse(AT) + 1000 * (index + 1)).toISOString() }));
    const changed = session({ overall_status: "failed" });
    const once = fold(start(), delta(8, { sessions: [changed] }), 1).model;
    expect(once?.sessions).toEqual([changed]);
    const { model } = fold(once ?? null, delta(9, { sessions: many }), 1);
    expect(model?.sessions).toHaveLength(SESSIONS_KEPT);
    expect(model?.sessions[0]?.session_id).toBe("n-29");
  });
});
