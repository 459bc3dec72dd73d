import { useEffect } from "preact/hooks";
import { Failed } from "./components/failed";
import { Help } from "./components/help";
import { Rail } from "./components/rail";
import { SessionPeek } from "./components/session-peek";
import { Skeleton } from "./components/skeleton";
import { TopBar } from "./components/top-bar";
import { Unauthorised } from "./components/unauthorised";
import { worstState } from "./format/headline";
import { HEALTH } from "./format/words";
import type { Model } from "./state/fold";
import { route } from "./state/route";
import { link, shown, stale } from "./state/store";
import { Alerts } from "./views/alerts";
import { Configuration } from "./views/configuration";
import { Integrations } from "./views/integrations";
import { Overview } from "./views/overview";
import { Sessions } from "./views/sessions";
import { Trends } from "./views/trends";

export function App() {
  const model = shown.value;
  const session = route.value.params["session"];
  useEffect(() => {
    document.title = model ? `${HEALTH[worstState(model.metrics.integrations)].word} · Holdfast` : "Holdfast";
  }, [model]);
  return (
    <div class={`frame ${session && model ? "with-peek" : ""}`}>
      <Rail model={model} />
      <TopBar model={model} />
      <main class={stale.value ? "stale" : ""}><Content model={model} /></main>
      {session && model && <SessionPeek key={session} id={session} known={model.sessions.find((known) => known.session_id === session)} />}
      <Help />
    </div>
  );
}

function Content({ model }: { model: Model | null }) {
  const state = link.value;
  if (state.kind === "unauthorised") return <Unauthorised detail={state.detail} />;
  if (model === null) return state.kind === "failed" ? <Failed detail={state.detail} /> : <Skeleton />;
  switch (route.value.tab) {
    case "overview":
      return <Overview model={model} />;
    case "integrations":
      return <Integrations model={model} />;
    case "sessions":
      return <Sessions model={model} />;
    case "alerts":
      return <Alerts />;
    case "trends":
      return <Trends model={model} />;
    case "configuration":
      return <Configuration model={model} />;
  }
}
