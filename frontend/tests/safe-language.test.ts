import { afterEach, expect, test } from "vitest";
import { guardLanguage } from "../src/safe-language";

const speak = (language: string): void => void Object.defineProperty(navigator, "language", { value: language, configurable: true });

afterEach(() => Reflect.deleteProperty(navigator, "language"));

test("a language that is no language tag is replaced before a chart library trips over it", () => {
  speak("en-US@posix");
  guardLanguage();
  expect(navigator.language).toBe("en-US");
});

test("a real language is left alone", () => {
  speak("de-CH");
  guardLanguage();
  expect(navigator.language).toBe("de-CH");
});
