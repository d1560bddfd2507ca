import type { Client } from "../protocol/client.ts";

/** What stands between thread and composer: one at a time. */
export type Banner =
  | { kind: "blocked" | "lost" | "connecting" | "waiting" | "back" | "email" | "rate" | "ended" }
  | { kind: "person"; name: string }
  | { kind: "passing"; text: string };

/** The most urgent of what there is to say. */
export function banner(client: Pick<Client, "thread" | "status" | "mode" | "passing">): Banner | null {
  const { thread, status, mode, passing } = client;
  if (status === "blocked" || status === "lost") return { kind: status };
  if (passing) return { kind: "passing", text: passing };
  if (thread.ended === "closed") return { kind: "ended" };
  if (thread.ended === "resolved") return thread.stars === null ? { kind: "rate" } : null;
  if (thread.floor === "person") return { kind: "person", name: thread.person ?? "" };
  if (thread.floor === "connecting") return { kind: mode === "human_only" ? "waiting" : "connecting" };
  if (thread.floor === "paused") return { kind: "waiting" };
  if (thread.nobodyCame) return { kind: "email" };
  if (thread.back > 0) return { kind: "back" };
  return mode === "human_only" && thread.conversation ? { kind: "waiting" } : null;
}
