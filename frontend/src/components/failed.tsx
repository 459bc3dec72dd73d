import { connection } from "../state/connection";

/** Nothing could be read so far; the page keeps trying by itself. */
export function Failed({ detail }: { detail: string }) {
  return (
    <section class="panel empty" role="alert" data-testid="failed">
      <h2>Nothing to show</h2>
      <p class="inline-problem">{detail}</p>
      <p>The page tries again by itself, at most 15 s apart.</p>
      <button onClick={() => connection.restart()}>Try now</button>
    </section>
  );
}
