import type { Model } from "../state/fold";
import { seconds } from "../format/time";
import { helpOpen } from "../state/keys";
import { paused, togglePause } from "../state/store";
import { nextTheme, theme } from "../state/theme";
import { Icon } from "./icon";
import { LiveState } from "./live-state";

export function TopBar({ model }: { model: Model | null }) {
  return (
    <header class="top">
      {model && <Place model={model} />}
      <span class="grow" />
      <LiveState />
      <button class="bare" onClick={togglePause} aria-pressed={paused.value} title={paused.value ? "Play (p)" : "Pause (p)"} aria-label={paused.value ? "Play" : "Pause"}>
        <Icon name={paused.value ? "play" : "pause"} />
      </button>
      <button class="bare" onClick={nextTheme} title={`Theme: ${theme.value}`} aria-label={`Theme: ${theme.value}`}>
        <Icon name={theme.value} />
      </button>
      <button class="bare" onClick={() => (helpOpen.value = true)} title="Keys (?)" aria-label="Keys"><Icon name="help" /></button>
    </header>
  );
}

function Place({ model }: { model: Model }) {
  const { environment, instance, uptime_seconds, window_seconds } = model.metrics;
  return (
    <>
      <span class="environment">{environment}</span>
      <span class="note place">instance <span class="mono">{instance}</span> · up {seconds(uptime_seconds)} · window {seconds(window_seconds)}</span>
    </>
  );
}
