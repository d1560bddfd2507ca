const KEY = "handoff.preferences";

/** What one person likes, kept in this browser. */
export interface Preferences {
  theme: "system" | "light" | "dark";
  compact: boolean;
  /** Single keys do something (WCAG 2.1.4: they can be switched off). */
  keys: boolean;
  sound: boolean;
  desktop: boolean;
  /** Enter sends; else only Ctrl or Cmd with Enter. */
  enterSends: boolean;
  /** Messages of the visitor stand at the end of the line (right), or at its start. */
  visitorSide: "end" | "start";
  customer: boolean;
}

export const DEFAULTS: Preferences = {
  theme: "system",
  compact: false,
  keys: true,
  sound: true,
  desktop: false,
  enterSends: true,
  visitorSide: "end",
  customer: true,
};

/** Takes over what is known and of the right type; anything may stand in a browser's storage. */
export function readPreferences(stored: string | null): Preferences {
  try {
    const found: unknown = JSON.parse(stored ?? "{}");
    if (found === null || typeof found !== "object") return DEFAULTS;
    const merged: Record<string, unknown> = { ...DEFAULTS };
    for (const [key, value] of Object.entries(found)) {
      if (key in DEFAULTS && typeof value === typeof merged[key]) merged[key] = value;
    }
    return merged as unknown as Preferences;
  } catch {
    return DEFAULTS;
  }
}

class PreferenceStore {
  now = $state.raw(readPreferences(readStorage(KEY)));

  set(change: Partial<Preferences>): void {
    this.now = { ...this.now, ...change };
    writeStorage(KEY, JSON.stringify(this.now));
  }
}

export const preferences = new PreferenceStore();

/** Storage may be forbidden or full: then nothing is kept, and nothing breaks. */
export function readStorage(key: string, storage: () => Storage = () => localStorage): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

export function writeStorage(
  key: string,
  value: string | null,
  storage: () => Storage = () => localStorage,
): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // nothing to do: see above
  }
}
