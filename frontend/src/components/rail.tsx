import { hasProblem, worstState } from "../format/headline";
import { HEALTH, type Tone } from "../format/words";
import type { Model } from "../state/fold";
import { hrefOf, route, TABS, type Tab } from "../state/route";
import { Icon } from "./icon";

const TITLES: Record<Tab, string> = {
  overview: "Overview", integrations: "Integrations", sessions: "Sessions", alerts: "Alerts", trends: "Trends", configuration: "Configuration",
};

interface Count {
  text: string;
  meaning: string;
  tone?: Tone;
}

/** The number beside a tab: what hurts if something does, else how many there are; nothing where nothing is known. */
function countOf(tab: Tab, model: Model | null): Count | null {
  if (model === null) return null;
  if (tab === "integrations") {
    const cards = model.metrics.integrations;
    const hurt = cards.filter((card) => card.state === "unhealthy" || card.state === "degraded").length;
    return hurt > 0 ? { text: `${hurt}/${cards.length}`, meaning: `${hurt} of ${cards.length} not healthy`, tone: HEALTH[worstState(cards)].tone } : { text: `${cards.length}`, meaning: "all healthy or unused" };
  }
  if (tab === "sessions") {
    const hurt = model.sessions.filter(hasProblem).length;
    return hurt > 0 ? { text: `${hurt}/${model.sessions.length}`, meaning: `${hurt} of the last ${model.sessions.length} had a problem`, tone: "warn" } : { text: `${model.sessions.length}`, meaning: "recent sessions" };
  }
  return null;
}

export function Rail({ model }: { model: Model | null }) {
  return (
    <nav class="rail" aria-label="Tabs">
      <a class="brand" href={hrefOf("overview")} aria-label="Holdfast, overview"><span class="brand-mark"><Icon name="anchor" /></span><span>Holdfast</span></a>
      <ul>
        {TABS.map((tab) => <RailLink key={tab} tab={tab} count={countOf(tab, model)} />)}
      </ul>
    </nav>
  );
}

function RailLink({ tab, count }: { tab: Tab; count: Count | null }) {
  return (
    <li>
      <a href={hrefOf(tab)} aria-current={route.value.tab === tab ? "page" : undefined} title={`${TITLES[tab]} (g ${tab.charAt(0)})`}>
        <Icon name={tab} />
        <span class="rail-word">{TITLES[tab]}</span>
        {count && <span class={`rail-count ${count.tone ? `tone-${count.tone}` : ""}`} title={count.meaning}>{count.text}<span class="sr-only"> {count.meaning}</span></span>}
      </a>
    </li>
  );
}
