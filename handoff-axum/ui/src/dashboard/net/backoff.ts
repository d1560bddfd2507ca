/** The first delay before trying again, in milliseconds. */
export const FIRST_DELAY = 500;
/** The longest one. */
export const LONGEST_DELAY = 30_000;

/**
 * How long to wait before the given try (0 is the first): doubling, between half and all of it, so that many
 * dashboards do not come back in the same moment.
 */
export function delayBefore(attempt: number, random: () => number): number {
  const full = Math.min(FIRST_DELAY * 2 ** Math.min(attempt, 16), LONGEST_DELAY);
  return full / 2 + (full / 2) * random();
}

/** The delay that a restarting server asks for in its close reason, in milliseconds; none where it names none. */
export function askedDelay(reason: string): number | null {
  if (!/^\d{1,7}$/.test(reason)) return null;
  return Math.min(Number(reason), 120_000);
}
