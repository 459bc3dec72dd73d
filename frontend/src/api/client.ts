/** One way to ask the API: bearer token added, problems (RFC 9457) turned into `ApiProblem`. */
import { apiUrl } from "./base";
import { readToken } from "./token";

/** An answer that is not a success; `status` 0 means that nothing answered at all. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const fallback = `${response.status} ${response.statusText}`.trim();
  try {
    const body = (await response.json()) as { title?: string; detail?: unknown };
    const detail = typeof body.detail === "string" ? body.detail : body.title;
    return new ApiProblem(response.status, detail ?? fallback);
  } catch {
    return new ApiProblem(response.status, fallback);
  }
}

/** Sends one request; resolves to the response of a success, rejects with `ApiProblem`. */
async function send(method: string, resource: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const token = readToken();
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(apiUrl(resource), {
      method,
      headers,
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiProblem(0, "the application does not answer");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function getJson<T>(resource: string): Promise<T> {
  return (await (await send("GET", resource)).json()) as T;
}

export async function putJson(resource: string, body: unknown): Promise<void> {
  await send("PUT", resource, body);
}

export async function remove(resource: string): Promise<void> {
  await send("DELETE", resource);
}
