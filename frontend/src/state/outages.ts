/** The simulator's scenarios, where there is a simulator: read every few seconds, switched by a click. */
import { signal } from "@preact/signals";
import { declared } from "../api/base";
import { ApiProblem, getJson, putJson, remove } from "../api/client";
import type { FaultKind, Scenarios } from "../api/types";
import { link } from "./store";

const REFRESH_MS = 3000;
/** How soon to look again whether the server can be reached at all. */
const WAIT_MS = 200;
const RESOURCE = "simulator/scenarios";

/** Null until a simulator answered; the panel is shown only when one did. */
export const scenarios = signal<Scenarios | null>(null);

/** What the last switch was refused with. */
export const outageProblem = signal<string | null>(null);

async function refresh(): Promise<"present" | "absent" | "unknown"> {
  try {
    scenarios.value = await getJson<Scenarios>(RESOURCE);
    return "present";
  } catch (error) {
    const status = error instanceof ApiProblem ? error.status : 0;
    if (status === 404) scenarios.value = null;
    return status === 404 ? "absent" : "unknown";
  }
}

/** Follows the simulator as long as there is one; a server that has none is asked once. */
export async function followSimulator(): Promise<void> {
  if (declared("simulator") === "absent") return;
  const reachable = link.value.kind === "live" || link.value.kind === "polling";
  const found = reachable && !document.hidden ? await refresh() : "unknown";
  if (found !== "absent") setTimeout(() => void followSimulator(), reachable ? REFRESH_MS : WAIT_MS);
}

async function change(act: () => Promise<void>): Promise<void> {
  try {
    await act();
    outageProblem.value = null;
  } catch (error) {
    outageProblem.value = error instanceof Error ? error.message : String(error);
  }
  await refresh();
}

/** Starts a fault for every call of a provider, with the kind's own default parameters. */
export function startOutage(provider: string, fault: FaultKind): Promise<void> {
  return change(() => putJson(`${RESOURCE}/${encodeURIComponent(provider)}`, { kind: fault.kind, rate: 1 }));
}

export function endOutage(provider: string): Promise<void> {
  return change(() => remove(`${RESOURCE}/${encodeURIComponent(provider)}`));
}
