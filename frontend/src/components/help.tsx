import { useEffect, useRef } from "preact/hooks";
import { HELP, helpOpen } from "../state/keys";
import { Icon } from "./icon";

/** The list of keys, as a modal dialog: the browser keeps the focus inside and gives it back. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} onClose={() => (helpOpen.value = false)} aria-labelledby="help-title">
      <header>
        <h2 id="help-title">Keys</h2>
        <button class="bare" onClick={() => (helpOpen.value = false)} aria-label="Close"><Icon name="close" /></button>
      </header>
      <dl class="keys">
        {HELP.map(([keys, meaning]) => (
          <div key={keys}><dt>{keys.split(/ +/).map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{meaning}</dd></div>
        ))}
      </dl>
    </dialog>
  );
}
