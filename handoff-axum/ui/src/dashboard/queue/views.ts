export type QueueViewName = "all" | "mine" | "unassigned" | "follow_up" | "solved";
export type QueueSort = "newest" | "oldest" | "unread" | "longest_waiting" | "attention";

export const QUEUE_VIEWS: readonly QueueViewName[] = ["all", "mine", "unassigned", "follow_up", "solved"];
export const SORTS: readonly QueueSort[] = ["newest", "oldest", "unread", "longest_waiting", "attention"];

/** Rows of one page. */
const PAGE = 50;
/** The most rows that the server sends at once. */
const MOST = 200;

export interface QueueQuery {
  view: QueueViewName;
  sort: QueueSort;
  text: string;
}

/** Reads view, order and words from the address. */
export function readQuery(params: URLSearchParams, inbox: boolean): QueueQuery {
  const view = QUEUE_VIEWS.find((one) => one === params.get("view")) ?? "all";
  const sort = SORTS.find((one) => one === params.get("sort"));
  return {
    view: inbox ? "mine" : view,
    sort: sort ?? (view === "unassigned" ? "longest_waiting" : "newest"),
    text: params.get("q") ?? "",
  };
}

/**
 * What the server is asked for a view. Unread is known in this browser only, so its order is made here. Without a
 * cursor, `shown` rows are asked anew.
 */
export function serverQuery(
  { view, sort, text }: QueueQuery,
  me: string,
  cursor: string | null,
  shown = 0,
): URLSearchParams {
  const limit = cursor === null ? Math.min(Math.max(PAGE, shown), MOST) : PAGE;
  const query = new URLSearchParams({ sort: sort === "unread" ? "newest" : sort, limit: String(limit) });
  if (view === "mine") query.set("holder", me);
  if (view === "unassigned") for (const status of ["waiting", "paused"]) query.append("status", status);
  if (view === "follow_up") query.set("follow_up", "true");
  if (view === "solved") query.set("status", "resolved");
  if (text.trim()) query.set("q", text.trim());
  if (cursor) query.set("cursor", cursor);
  return query;
}
