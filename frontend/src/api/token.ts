/** The pasted bearer token: kept for this tab only, sent in headers and as a subprotocol, never in an address. */

const KEY = "holdfast.token";

export function readToken(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off: the token then lives as long as the page
  }
}

export function writeToken(token: string): void {
  try {
    if (token) sessionStorage.setItem(KEY, token);
    else sessionStorage.removeItem(KEY);
  } catch {
    // see readToken
  }
}
