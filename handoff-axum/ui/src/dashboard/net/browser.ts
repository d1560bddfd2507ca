import type { Socket, Surroundings } from "./link";

/** The real surroundings of the link: this browser. */
export function browserSurroundings(path: string): Surroundings {
  return {
    dial() {
      const url = new URL(path, location.href);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      return new WebSocket(url) as Socket;
    },
    now: () => Date.now(),
    random: () => Math.random(),
    newId,
    later(run, after) {
      const timer = setTimeout(run, after);
      return () => clearTimeout(timer);
    },
  };
}

/** A UUIDv4. `crypto.randomUUID` exists in secure contexts only, and a dashboard may be tried over plain HTTP. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
