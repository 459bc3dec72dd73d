import { useEffect, useRef, useState } from "preact/hooks";
import type { Series } from "../api/types";
import { seconds } from "../format/time";
import { isDark } from "../state/theme";
import { highest, niceTop, readout, summary, topLabel } from "./sparkline-data";
import { createPlot, type Plot } from "./sparkline-plot";

/** Latency of the window in one small chart; hovering reads single steps in the line below it. */
export function Sparkline({ series, name }: { series: Series; name: string }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const dark = isDark();
  useEffect(() => {
    if (!host.current) return;
    plot.current = createPlot(host.current, series, setHovered);
    return () => plot.current?.destroy();
  }, [dark]);
  useEffect(() => plot.current?.update(series), [series]);
  const top = highest(series);
  return (
    <figure class="spark">
      <div ref={host} class="spark-plot" role="img" aria-label={summary(series)} data-testid={`sparkline-${name}`} />
      {top > 0 && <span class="spark-top">{topLabel(niceTop(top))}</span>}
      <figcaption>
        {hovered === null ? <Legend series={series} /> : <span class="spark-readout">{readout(series, hovered)}</span>}
      </figcaption>
    </figure>
  );
}

function Legend({ series }: { series: Series }) {
  return (
    <>
      <span>{seconds(series.step_seconds * series.total.length)} ago</span>
      <span class="spark-key">
        <i class="key-line" /> p95 <i class="key-band" /> p50–p99 <i class="key-failed" /> failed <i class="key-refused" /> refused
      </span>
      <span>now</span>
    </>
  );
}
