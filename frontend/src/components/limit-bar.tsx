import type { Limit } from "../api/types";
import { count, plural } from "../format/number";
import { seconds } from "../format/time";

/** How much of the provider's rate limit is used now. */
export function LimitBar({ limit }: { limit: Limit | null }) {
  if (limit === null) return <p class="limit note">no rate limit set</p>;
  const share = Math.min(1, limit.used / Math.max(1, limit.limit));
  const tone = share >= 1 ? "warn" : "accent";
  const notes = [`${count(limit.used)} of ${count(limit.limit)} per ${seconds(limit.per_seconds)}`];
  if (share >= 1) notes.unshift("used up");
  if (limit.resets_in_seconds >= 1) notes.push(`resets in ${seconds(limit.resets_in_seconds)}`);
  const hits = [];
  if (limit.rate_limited > 0) hits.push(`${count(limit.rate_limited)} × 429`);
  if (limit.refused > 0) hits.push(`${plural(limit.refused, "call")} refused by us`);
  if (hits.length > 0) notes.push(`since the start ${hits.join(", ")}`);
  return (
    <div class="limit">
      <span class="limit-label">Rate limit</span>
      <div class="meter" role="meter" aria-label="rate limit used" aria-valuemin={0} aria-valuemax={limit.limit} aria-valuenow={Math.min(limit.used, limit.limit)}>
        <i class={`tone-${tone}`} style={{ width: `${share * 100}%` }} />
      </div>
      <span class="note">{notes.join(" · ")}</span>
    </div>
  );
}
