/** Where the API lives, told by the server in `<meta name="holdfast-base">` or read off the page's own address. */

const PAGE_PATH = /(?:\/api)?\/monitoring\/dashboard\/?$/;

/** The path prefix in front of `/monitoring/…`, without a trailing slash; empty when there is none. */
export function basePath(pathname: string, told: string): string {
  if (told) return told.replace(/\/+$/, "");
  return pathname.replace(PAGE_PATH, "").replace(/\/+$/, "");
}

/** What the server wrote into one of the page's `holdfast-…` metas; empty when nothing. */
export function declared(name: "base" | "simulator"): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="holdfast-${name}"]`)?.content ?? "";
}

/** The address of one API resource, for example `apiUrl("metrics")`. */
export function apiUrl(resource: string): string {
  return `${basePath(location.pathname, declared("base"))}/monitoring/api/${resource}`;
}

/** The address of the live socket, on the page's own host and with its own security. */
export function socketUrl(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${basePath(location.pathname, declared("base"))}/monitoring/ws`;
}
