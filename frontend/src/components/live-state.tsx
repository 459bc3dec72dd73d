import type { ShapeName, Tone } from "../format/words";
import { plural } from "../format/number";
import { clock } from "../format/time";
import { POLL_MS } from "../state/polling";
import { link, paused, shown, waiting, type Link } from "../state/store";
import { Shape } from "./shape";

/** How current the page is, in words. */
export function LiveState() {
  const at = shown.value ? clock(Date.parse(shown.value.at)) : null;
  const { tone, shape, words } = paused.value && at ? pausedSign(at) : linkSign(link.value, at);
  return (
    <span class={`live tone-${tone}`} data-testid="live-state" data-link={link.value.kind}>
      <Shape name={shape} />
      <span>{words}</span>
    </span>
  );
}

interface LinkSign {
  tone: Tone;
  shape: ShapeName;
  words: string;
}

function pausedSign(at: string): LinkSign {
  const newer = waiting.value > 0 ? ` · ${plural(waiting.value, "newer update")}` : "";
  return { tone: "off", shape: "bar", words: `paused, showing data of ${at}${newer}` };
}

export function linkSign(state: Link, at: string | null): LinkSign {
  switch (state.kind) {
    case "live":
      return { tone: "ok", shape: "disc", words: state.lagSeconds >= 1 ? `live · ${state.lagSeconds} s behind` : "live" };
    case "polling":
      return { tone: "busy", shape: "half", words: `asking every ${POLL_MS / 1000} s · live socket refused` };
    case "reconnecting":
      return { tone: "warn", shape: "triangle", words: at ? `reconnecting, showing data of ${at}` : "reconnecting" };
    case "unauthorised":
      return { tone: "warn", shape: "lock", words: "not authorised" };
    case "failed":
      return { tone: "warn", shape: "triangle", words: "no answer, trying again" };
    case "connecting":
      return { tone: "off", shape: "ring", words: "connecting" };
  }
}
