import { useState } from "preact/hooks";

/** Copies a text and says so; where the clipboard is forbidden it says that instead. */
export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const [said, setSaid] = useState(label);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid("Copied");
    } catch {
      setSaid("Not allowed here");
    }
    setTimeout(() => setSaid(label), 2000);
  };
  return <button class="small" onClick={() => void copy()}>{said}</button>;
}
