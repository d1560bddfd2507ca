/** Numbers and times as the reader's own language writes them. */
const locale = typeof navigator === "undefined" ? "en-GB" : navigator.language;

const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const short = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const number = new Intl.NumberFormat(locale);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function clockTime(at: number): string {
  return time.format(at);
}

export function dayName(at: number): string {
  return day.format(at);
}

export function dateTime(at: number): string {
  return whole.format(at);
}

export function count(n: number): string {
  return number.format(n);
}

/** The time today, the date before. */
export function moment(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? time.format(at) : short.format(at);
}

/** A span in one short piece: `45 s`, `12 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** A span by the minute, for what is refreshed only now and then. */
export function coarseSpan(ms: number): string {
  return ms < MINUTE ? "<1 min" : span(ms);
}

/** A countdown: `1:05`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** `1 update`, `12 updates`. */
export function plural(n: number, one: string, many: string): string {
  return `${number.format(n)} ${n === 1 ? one : many}`;
}

export interface Duration {
  value: number;
  unit: DurationUnit;
}

export type DurationUnit = "seconds" | "minutes" | "hours" | "days";

export const UNIT_MS: Record<DurationUnit, number> = {
  seconds: SECOND,
  minutes: MINUTE,
  hours: HOUR,
  days: DAY,
};

/** The largest unit in which a span is a whole number. */
export function splitDuration(ms: number): Duration {
  for (const unit of ["days", "hours", "minutes"] as const) {
    if (ms >= UNIT_MS[unit] && ms % UNIT_MS[unit] === 0) return { value: ms / UNIT_MS[unit], unit };
  }
  return { value: ms / SECOND, unit: "seconds" };
}

/** The path of a page's address, which is what tells pages of one site apart; the whole where it is none. */
export function pagePath(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}
