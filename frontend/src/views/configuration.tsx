import type { CardDetail } from "../api/types";
import { SettingsTable } from "../components/settings-table";
import { useResource } from "../state/details";
import type { Model } from "../state/fold";

/** What each integration runs with; changing it here is not built yet, and the tab says so. */
export function Configuration({ model }: { model: Model }) {
  return (
    <>
      <section class="panel empty">
        <h1>Configuration</h1>
        <p>These are the values in force. Sources, dry runs, changes and their history are not built yet: values come from the environment and <code>.env</code> when the application starts.</p>
      </section>
      <div class="cards">
        {model.metrics.integrations.map((card) => <OneConfiguration key={card.integration} name={card.integration} label={card.label} />)}
      </div>
    </>
  );
}

function OneConfiguration({ name, label }: { name: string; label: string }) {
  const fetched = useResource<CardDetail>(`integration/${encodeURIComponent(name)}`);
  return (
    <section class="panel">
      <header><h2>{label}</h2></header>
      {fetched.problem && <p class="inline-problem">{fetched.problem}</p>}
      {fetched.data ? <SettingsTable values={fetched.data.configuration} /> : !fetched.problem && <p class="note padded">loading</p>}
    </section>
  );
}
