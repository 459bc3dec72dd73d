/** The second door: the same picture over plain requests, for when the socket is refused. */
import { ApiProblem, getJson } from "../api/client";
import type { Metrics, SessionPage } from "../api/types";
import { complete, SESSIONS_KEPT } from "./fold";
import { incoming, link, show } from "./store";

export const POLL_MS = 2000;

/** Asks once and stores what came; tells whether the API could be read. */
export async function poll(): Promise<boolean> {
  try {
    const [metrics, page] = await Promise.all([
      getJson<Metrics>("metrics"),
      getJson<SessionPage>(`sessions?limit=${SESSIONS_KEPT}`),
    ]);
    incoming.value = complete(metrics, page.sessions, null, performance.now());
    link.value = { kind: "polling" };
    show();
    return true;
  } catch (error) {
    link.value = linkOf(error);
    return false;
  }
}

function linkOf(error: unknown): typeof link.value {
  const detail = error instanceof Error ? error.message : String(error);
  const status = error instanceof ApiProblem ? error.status : 0;
  if (status === 401 || status === 403) return { kind: "unauthorised", detail };
  if (incoming.value !== null) return { kind: "reconnecting" };
  return { kind: "failed", detail };
}
