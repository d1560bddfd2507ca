import type { Card } from "../../wire/Card";
import type { Flag } from "../../wire/Flag";
import { flagKey } from "../words/terms";
import { holderOf, isOpen, needsAttention } from "./cards.svelte";

/** What a change of a card means to the agent who is signed in. */
export type Alert =
  | { type: "attention"; card: Card; why: Flag | "waiting" }
  | { type: "attention_over"; card: Card }
  | { type: "control_asked"; card: Card }
  | { type: "control_settled"; card: Card }
  | { type: "request_refused"; card: Card }
  | { type: "got_control"; card: Card }
  | { type: "lost_control"; card: Card };

/** Compares a card with the one before it. `me` is the agent who looks, `expected` says whether they took it themselves. */
export function alertsOf(now: Card, before: Card | null, me: string, expected: boolean): Alert[] {
  const alerts: Alert[] = [];
  const holder = holderOf(now);
  const held = before ? holderOf(before) : null;
  const why = newReason(now, before);
  if (why && (!holder || (holder.id === me && why !== "waiting"))) {
    alerts.push({ type: "attention", card: now, why });
  }
  if (before && needsAttention(before) && !needsAttention(now))
    alerts.push({ type: "attention_over", card: now });
  alerts.push(...requestAlerts(now, before, me));
  if (before && holder?.id === me && held?.id !== me && !expected)
    alerts.push({ type: "got_control", card: now });
  if (before && held?.id === me && holder?.id !== me && holder && isOpen(now)) {
    alerts.push({ type: "lost_control", card: now });
  }
  return alerts;
}

function requestAlerts(now: Card, before: Card | null, me: string): Alert[] {
  const asked = now.control_request;
  const askedBefore = before?.control_request ?? null;
  if (asked && holderOf(now)?.id === me && asked.agent.id !== askedBefore?.agent.id) {
    return [{ type: "control_asked", card: now }];
  }
  if (askedBefore && !asked) {
    const mine = askedBefore.agent.id === me;
    const refused = mine && holderOf(now) !== null && holderOf(now)?.id !== me;
    return [{ type: refused ? "request_refused" : "control_settled", card: now }];
  }
  return [];
}

/** Why a conversation needs attention that did not, or for another reason than before. */
function newReason(now: Card, before: Card | null): Flag | "waiting" | null {
  if (!needsAttention(now)) return null;
  const known = new Set(before?.flags.map((flag) => `${flagKey(flag.kind)} ${flag.at}`));
  const fresh = now.flags.findLast((flag) => !known.has(`${flagKey(flag.kind)} ${flag.at}`));
  if (fresh) return fresh;
  return now.status === "waiting" && before?.status !== "waiting" ? "waiting" : null;
}
