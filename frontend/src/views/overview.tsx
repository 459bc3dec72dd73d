import { Announcer } from "../components/announcer";
import { CardGrid } from "../components/card-grid";
import { EmptyNever, NoSession } from "../components/empty";
import { KeyNumbers } from "../components/key-numbers";
import { OutagePanel } from "../components/outage-panel";
import { RecordStrip, recordWords } from "../components/record-strip";
import { SessionTable } from "../components/session-table";
import { Shape } from "../components/shape";
import { headline, worstState } from "../format/headline";
import { HEALTH } from "../format/words";
import type { Model } from "../state/fold";
import { hrefOf } from "../state/route";

const SESSIONS_SHOWN = 8;

/** Is anything hurting users now, and where? */
export function Overview({ model }: { model: Model }) {
  const { metrics, sessions } = model;
  const sentence = headline(metrics, sessions);
  const sign = HEALTH[worstState(metrics.integrations)];
  const called = metrics.integrations.some((card) => card.lifetime.total + card.lifetime.refused > 0);
  return (
    <>
      <h1 class={`headline tone-${sign.tone}`} data-testid="headline"><Shape name={sign.shape} /><span>{sentence}.</span></h1>
      <Announcer text={sentence + recordWords(metrics.record)} />
      <RecordStrip record={metrics.record} dropped={metrics.dropped} />
      {called ? <KeyNumbers model={model} /> : <EmptyNever />}
      <CardGrid model={model} />
      <OutagePanel cards={metrics.integrations} />
      <RecentSessions model={model} />
    </>
  );
}

function RecentSessions({ model }: { model: Model }) {
  const { sessions } = model;
  return (
    <section class="panel" aria-labelledby="recent">
      <header>
        <h2 id="recent">Recent sessions</h2>
        <a href={hrefOf("sessions")}>All sessions</a>
      </header>
      {sessions.length === 0 ? <NoSession /> : <SessionTable sessions={sessions.slice(0, SESSIONS_SHOWN)} />}
    </section>
  );
}
