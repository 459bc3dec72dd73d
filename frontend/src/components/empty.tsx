import { CopyButton } from "./copy-button";

const SNIPPET = `from holdfast import setup_monitoring
monitoring = setup_monitoring(app)
client = AsyncOpenAI(http_client=monitoring.http_client("openai"), max_retries=0)`;

/** Shown until the first call was seen. */
export function EmptyNever() {
  return (
    <section class="panel empty" data-testid="empty-never">
      <h2>No calls yet</h2>
      <p>Paste these three lines next to your FastAPI <code>app</code>, make a call, and it appears here.</p>
      <pre><code>{SNIPPET}</code></pre>
      <CopyButton text={() => SNIPPET} label="Copy" />
    </section>
  );
}

/** In place of the sessions when there are none: calls alone make none, and one may wonder. */
export function NoSession() {
  return <p class="note padded">No session yet. One begins with a request that names it (the header <code>X-Session-ID</code>), or when your application starts one.</p>;
}
