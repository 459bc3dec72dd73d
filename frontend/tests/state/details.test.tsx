import { act, cleanup, renderHook, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { useResource } from "../../src/state/details";
import { link } from "../../src/state/store";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  link.value = { kind: "connecting" };
});

test("the last answer stays while the server is away, and it is asked again when it is back", async () => {
  let answer: () => Promise<Response> = () => Promise.resolve(Response.json({ total: 1 }));
  vi.stubGlobal("fetch", () => answer());
  link.value = { kind: "live", lagSeconds: 0 };
  const { result, rerender } = renderHook(({ version }) => useResource<{ total: number }>("alerts", version), { initialProps: { version: 0 } });
  await waitFor(() => expect(result.current).toMatchObject({ data: { total: 1 }, problem: null }));

  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  act(() => void (link.value = { kind: "reconnecting" }));
  rerender({ version: 1 });
  await waitFor(() => expect(result.current.problem).not.toBeNull());
  expect(result.current.data).toEqual({ total: 1 });

  answer = () => Promise.resolve(Response.json({ total: 2 }));
  act(() => void (link.value = { kind: "live", lagSeconds: 0 }));
  await waitFor(() => expect(result.current).toMatchObject({ data: { total: 2 }, problem: null }));
});
