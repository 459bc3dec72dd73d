import type { RecordStatus } from "../api/types";
import { count, plural } from "../format/number";
import { Ago } from "./ago";
import { Shape } from "./shape";

/** The record's trouble in two words, for the announcer; numbers that tick would be read out again and again. */
export const recordWords = (record: RecordStatus): string => (record.status === "failing" || record.status === "behind" ? `; record ${record.status}` : "");

/** Says what could not be written or sent; nothing at all while everything could. */
export function RecordStrip({ record, dropped }: { record: RecordStatus; dropped: Record<string, number> }) {
  const lost = [...losses(record.dropped), ...losses(dropped)];
  if (record.status === "ok" && lost.length === 0) return null;
  const grave = record.status === "failing";
  return (
    <p class={`strip tone-${grave ? "bad" : record.status === "off" ? "off" : "warn"}`} data-testid="record-strip">
      <Shape name={grave ? "octagon" : record.status === "off" ? "ring" : "triangle"} />
      <span>
        {[statusClause(record), ...lost].filter(Boolean).join(" · ")}
        {record.status !== "ok" && record.last_written_at && <> · last written <Ago at={record.last_written_at} /></>}
      </span>
    </p>
  );
}

function statusClause(record: RecordStatus): string {
  if (record.status === "failing") return `record failing: ${record.last_error ?? "reason unknown"} · ${waiting(record)}`;
  if (record.status === "behind") return `record behind: ${waiting(record)}`;
  if (record.status === "off") return "record off: sessions are kept in memory only";
  return "";
}

/** What is not in the database yet: most of it lies on disk, where it survives this process. */
function waiting({ waiting: held, spooled }: RecordStatus): string {
  return `${plural(held + spooled, "event")} waiting${spooled > 0 ? `, ${count(spooled)} of them on disk` : ""}`;
}

const losses = (dropped: Record<string, number>): string[] =>
  Object.entries(dropped)
    .filter(([, number]) => number > 0)
    .map(([reason, number]) => `${plural(number, "event")} dropped (${reason})`);
