/** Data fetched when something is opened: loaded, loading, or failed with a reason; the last answer stays until the next one came. */
import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api/client";
import { returns } from "./store";

export interface Fetched<T> {
  data: T | null;
  problem: string | null;
}

/** Fetches `resource` whenever it or `version` changes, and when the server is back; null fetches nothing. */
export function useResource<T>(resource: string | null, version: unknown = 0): Fetched<T> {
  const [fetched, setFetched] = useState<Fetched<T> & { of: string | null }>({ data: null, problem: null, of: null });
  useEffect(() => {
    if (resource === null) return;
    let wanted = true;
    getJson<T>(resource).then(
      (data) => wanted && setFetched({ data, problem: null, of: resource }),
      (error: Error) => wanted && setFetched((before) => ({ data: before.of === resource ? before.data : null, problem: error.message, of: resource })),
    );
    return () => void (wanted = false);
  }, [resource, version, returns.value]);
  return fetched.of === resource ? fetched : { data: null, problem: null };
}
