import type { Card } from "../../wire/Card";
import type { Status } from "../../wire/Status";
import { isOpen, isPaused, needsAttention } from "./cards.svelte";

/** What a board can be narrowed to: the conversations' own statuses, and two that follow from the time and the last word. */
export type StatusFilter = Exclude<Status, "resolved" | "closed"> | "unanswered" | "idle";

export const STATUS_FILTERS: readonly StatusFilter[] = [
  "assistant",
  "unanswered",
  "waiting",
  "agent",
  "paused",
  "idle",
  "dropped",
];

export interface Filter {
  only: "all" | "attention" | "paused";
  status: readonly StatusFilter[];
  /** The lowest score that shows. */
  score: number | null;
  page: string;
  service: string;
  category: string;
  text: string;
}

export const NO_FILTER: Filter = {
  only: "all",
  status: [],
  score: null,
  page: "",
  service: "",
  category: "",
  text: "",
};

/** Reads a filter from an address; what it does not know it leaves out. */
export function readFilter(params: URLSearchParams): Filter {
  const only = params.get("only");
  const score = Number(params.get("score") ?? Number.NaN);
  const named = (params.get("status") ?? "").split(",");
  return {
    only: only === "attention" || only === "paused" ? only : "all",
    status: STATUS_FILTERS.filter((status) => named.includes(status)),
    score: Number.isInteger(score) && score > 0 && score <= 100 ? score : null,
    page: params.get("page") ?? "",
    service: params.get("service") ?? "",
    category: params.get("category") ?? "",
    text: params.get("q") ?? "",
  };
}

/** The parameters of an address; none for what does not narrow. */
export function filterParams(filter: Filter): Record<string, string | null> {
  return {
    only: filter.only === "all" ? null : filter.only,
    status: filter.status.join(",") || null,
    score: filter.score === null ? null : String(filter.score),
    page: filter.page || null,
    service: filter.service || null,
    category: filter.category || null,
    q: filter.text || null,
  };
}

/** How many things narrow the board. */
export function narrowedBy(filter: Filter): number {
  return Object.values(filterParams(filter)).filter((value) => value !== null).length;
}

/** Whether an open conversation shows under a filter, at a moment. */
export function matches(card: Card, filter: Filter, now: number): boolean {
  if (!isOpen(card)) return false;
  if (filter.only === "attention" && !needsAttention(card)) return false;
  if (filter.only === "paused" && !isPaused(card)) return false;
  if (filter.status.length > 0 && !filter.status.some((status) => hasStatus(card, status, now))) return false;
  if (filter.score !== null && (card.score ?? 0) < filter.score) return false;
  if (filter.service && card.service !== filter.service) return false;
  if (filter.category && card.category !== filter.category) return false;
  if (filter.page && !contains(`${card.page.url} ${card.page.title}`, filter.page)) return false;
  return !filter.text || matchesText(card, filter.text);
}

function hasStatus(card: Card, status: StatusFilter, now: number): boolean {
  if (status === "unanswered") return card.unanswered_since !== null;
  if (status === "idle") return card.idle_at <= now;
  return card.status === status;
}

/** All the words, anywhere in what the card shows. */
function matchesText(card: Card, text: string): boolean {
  const { name, email, place } = card.profile;
  const shown = [name, email, place, card.page.url, card.page.title, card.opening?.text, card.last?.text];
  const all = shown.join("\n").toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function contains(whole: string, part: string): boolean {
  return whole.toLowerCase().includes(part.toLowerCase());
}
