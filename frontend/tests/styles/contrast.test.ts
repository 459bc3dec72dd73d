// @vitest-environment node
import { expect, test } from "vitest";
import tokens from "../../src/styles/tokens.css?raw";

/** Both colours of a token, light first. */
function pair(name: string): [string, string] {
  const found = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(tokens);
  if (!found?.[1] || !found[2]) throw new Error(`no colour pair --${name}`);
  return [found[1], found[2]];
}

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test.each(["ok", "warn", "bad", "busy", "off", "silenced", "accent", "text", "muted"])("--%s can be read on every ground it is used on (4.5:1)", (name) => {
  const [light, dark] = pair(name);
  for (const ground of ["surface", "ground", "raised"]) {
    const [lightGround, darkGround] = pair(ground);
    expect(contrast(light, lightGround), `light, on ${ground}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, darkGround), `dark, on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
});
