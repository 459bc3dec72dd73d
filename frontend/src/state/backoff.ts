/** Waiting times between attempts to connect: 0.5 s doubled up to 15 s, each shortened by chance so that pages do not return in step. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** The wait before attempt number `attempt` (0 is the first retry); `chance` lies in [0, 1). */
export function backoffMs(attempt: number, chance = Math.random()): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling * (0.5 + chance / 2);
}
