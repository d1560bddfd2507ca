import type { Client } from "../protocol/client.ts";

/** What stands between thread and composer: one at a time. */
export type Banner =
  | { kind: "blocked" | "lost" | "connecting" | "waiting" | "back" | "email" | "rate" | "ended" }
  | { kind: "person"; name: string }
  | { kind: "passing"; text: string };

/** The most urgent of what there is to say. */
export function banner(client: Pick<Client, "thread" | "status" | "mode" | "passing">): Banner | null {
  const { thread, status, mode, passing } = client;
  const { ended, floor } = thread;
  if (status === "blocked" || status === "lost") return { kind: status };
  if (passing) return { kind: "passing", text: passing };
  if (ended === "closed") return { kind: "ended" };
  if (ended) return thread.stars ? null : { kind: "rate" };
  if (floor === "person") return { kind: "person", name: thread.person ?? "" };
  if (floor === "paused" || (mode === "human_only" && thread.conversation)) return { kind: "waiting" };
  if (floor === "connecting") return { kind: "connecting" };
  if (thread.nobodyCame) return { kind: "email" };
  return thread.back ? { kind: "back" } : null;
}
