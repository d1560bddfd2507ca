import type { LinkState } from "../net/link";
import { clockTime, span } from "../words/format";
import { words } from "../words/shell";

export interface ConnectionWords {
  light: "green" | "yellow" | "red";
  text: string;
}

/** The connection dot: its colour, and in words what it means. */
export function connectionWords(
  link: LinkState,
  dataFrom: number | null,
  caughtUp: number | null,
  now: number,
): ConnectionWords {
  const from = dataFrom === null ? null : clockTime(dataFrom);
  switch (link.at) {
    case "open":
      return { light: "green", text: caughtUp === null ? words.connected : words.caughtUp(caughtUp) };
    case "idle":
    case "connecting":
      return { light: "yellow", text: from ? words.reconnecting(from) : words.connecting };
    case "waiting":
      return { light: "red", text: words.disconnected(span(Math.max(1_000, link.until - now)), from) };
    case "signed_out":
      return { light: "red", text: words.signedOut };
    case "outdated":
      return { light: "red", text: words.outdated };
  }
}
