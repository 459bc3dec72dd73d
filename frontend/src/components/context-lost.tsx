import type { ContextFlow, Session } from "../api/types";
import { useResource } from "../state/details";

/** What of the session's context did not reach a step; nothing where nothing was lost. */
export function ContextLost({ session }: { session: Session }) {
  const { data } = useResource<ContextFlow>(`context/${encodeURIComponent(session.session_id)}`, session.issues_found);
  const lost = (data?.context_flow ?? []).flatMap((passage) => passage.lost.map((loss) => ({ ...loss, step: passage.step })));
  if (lost.length === 0) return null;
  return (
    <section aria-labelledby="context-lost" data-testid="context-lost">
      <h3 id="context-lost">Context lost on the way</h3>
      <ul class="plain">
        {lost.map((loss) => (
          <li key={`${loss.step} ${loss.field}`}>
            <span class="mono">{loss.field}</span> {loss.kind} in <span class="mono">{loss.step}</span>
            {loss.last_step && <span class="note"> · {loss.last_step} still had it</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
