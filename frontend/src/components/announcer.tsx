import { useEffect, useState } from "preact/hooks";

const PAUSE_MS = 10_000;

/** Speaks the newest text to screen readers, at most once every ten seconds, and never the same twice in a row. */
export function Announcer({ text }: { text: string }) {
  const [spoken, setSpoken] = useState({ text: "", at: -PAUSE_MS });
  useEffect(() => {
    if (text === spoken.text) return;
    const wait = Math.max(0, spoken.at + PAUSE_MS - performance.now());
    const timer = setTimeout(() => setSpoken({ text, at: performance.now() }), wait);
    return () => clearTimeout(timer);
  }, [text, spoken]);
  return <div class="sr-only" aria-live="polite">{spoken.text}</div>;
}
