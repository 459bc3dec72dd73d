/**
 * uPlot formats numbers with `navigator.language` while it is being loaded and throws where that is no
 * language tag ("en-US@posix" in a browser started without LANG). Imported before everything else.
 */
function usable(language: string | undefined): boolean {
  try {
    new Intl.NumberFormat(language);
    return true;
  } catch {
    return false;
  }
}

export function guardLanguage(): void {
  if (!usable(navigator.language)) Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}

guardLanguage();
