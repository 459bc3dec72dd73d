import { useState } from "preact/hooks";
import { writeToken } from "../api/token";
import { connection } from "../state/connection";

/** The API refused: says which line to add, and takes a token for this tab. */
export function Unauthorised({ detail }: { detail: string }) {
  const [token, setToken] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    writeToken(token.trim());
    connection.restart();
  };
  return (
    <section class="panel empty" data-testid="unauthorised">
      <h2>Not authorised</h2>
      <p class="inline-problem">{detail}</p>
      <p>On your own machine, add this line to <code>.env</code>, restart, and open the page at <code>localhost</code>:</p>
      <pre><code>ENVIRONMENT=development</code></pre>
      <p>Anywhere else, set a secret of at least 32 characters and paste a token signed with it (HS256):</p>
      <pre><code>JWT_SECRET=…</code></pre>
      <form onSubmit={submit} class="token">
        <label for="token">Bearer token</label>
        <input id="token" type="password" autocomplete="off" spellcheck={false} value={token} onInput={(event) => setToken(event.currentTarget.value)} />
        <button class="primary" type="submit">Use token</button>
      </form>
      <p class="note">It is kept in this tab only, and never put into an address.</p>
    </section>
  );
}
