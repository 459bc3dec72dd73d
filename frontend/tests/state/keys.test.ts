import { beforeEach, expect, test } from "vitest";
import { helpOpen, pressed } from "../../src/state/keys";
import { paused } from "../../src/state/store";

const press = (key: string, target: HTMLElement = document.body, init: KeyboardEventInit = {}): void => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  target.addEventListener("keydown", pressed, { once: true });
  target.dispatchEvent(event);
};

beforeEach(() => {
  location.hash = "";
  helpOpen.value = false;
  paused.value = false;
});

test("g and a letter opens a tab, the letter alone does nothing", () => {
  press("s");
  expect(location.hash).toBe("");
  press("g");
  press("s");
  expect(location.hash).toBe("#/sessions");
});

test("p pauses and plays, ? opens the help and Escape closes it", () => {
  press("p");
  expect(paused.value).toBe(true);
  press("p");
  expect(paused.value).toBe(false);
  press("?");
  expect(helpOpen.value).toBe(true);
  press("Escape");
  expect(helpOpen.value).toBe(false);
});

test("keys typed into a field or together with Ctrl are left alone", () => {
  const field = document.body.appendChild(document.createElement("input"));
  press("p", field);
  press("p", document.body, { ctrlKey: true });
  expect(paused.value).toBe(false);
});

test("Escape closes the open session", () => {
  location.hash = "#/sessions?session=s-1&show=problem";
  press("Escape");
  expect(location.hash).toBe("#/sessions?show=problem");
});
