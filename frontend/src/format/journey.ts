/** What a session's journey shows: its calls, and the application's own word on the steps they were for. */
import type { OwnVerdict, Session, Step } from "../api/types";
import { stepSign, type Sign } from "./words";

/** One place on the journey: a call, the application's word on its step, or both. */
export type Stop = { name: string; call: Step; own: OwnVerdict | null } | { name: string; call: null; own: OwnVerdict };

const OWN: Record<OwnVerdict["verdict"], Sign> = {
  pass: { tone: "ok", shape: "check", word: "Accepted by the application" },
  warn: { tone: "warn", shape: "bang", word: "Doubted by the application" },
  fail: { tone: "bad", shape: "cross", word: "Rejected by the application" },
};

/** The stops in order. A word stands at the last call of its step before it; without any, by itself. */
export function journeyOf(session: Session): Stop[] {
  const stops: Stop[] = session.steps.map((step) => ({ name: step.step, call: step, own: null }));
  for (const own of session.own_verdicts) {
    const stop = stops.findLast(({ call }) => call?.step === own.step && timeOf(call) <= timeOf(own));
    if (stop) stop.own = own;
    else stops.splice(placeOf(own, stops), 0, { name: own.step, call: null, own });
  }
  return stops;
}

/** How a stop went; the application's own word on the step wins. */
export function stopSign(stop: Stop): Sign {
  if (stop.call === null) return OWN[stop.own.verdict];
  return stop.own ? OWN[stop.own.verdict] : stepSign(stop.call);
}

const timeOf = (told: { at: string }): number => Date.parse(told.at);

function placeOf(own: OwnVerdict, stops: Stop[]): number {
  const later = stops.findIndex((stop) => timeOf(stop.call ?? stop.own) > timeOf(own));
  return later === -1 ? stops.length : later;
}
