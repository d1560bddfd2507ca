import type { Card } from "../../wire/Card";
import type { Event } from "../../wire/Event";
import type { EventBody } from "../../wire/EventBody";

export const ann = { id: "ann", name: "Ann" };
export const ben = { id: "ben", name: "Ben" };

/** A card for tests: an open conversation with the assistant. */
export function sampleCard(change: Partial<Card> = {}): Card {
  return {
    id: "c1",
    service: "store",
    visitor: "v1",
    version: 1,
    epoch: 0,
    status: "assistant",
    control: { state: "assistant" },
    control_request: null,
    closed: null,
    mode: "supported",
    autonomy: null,
    profile: { name: null, email: null, verified: false, device: null, place: null, locale: null },
    page: { url: "https://shop.example/lamps", title: "Lamps" },
    online: true,
    specialist: null,
    opening: null,
    last: null,
    messages: 1,
    replying: false,
    flags: [],
    follow_up: false,
    unanswered_since: null,
    last_holder: null,
    score: null,
    category: null,
    tags: [],
    stars: null,
    snoozed_until: null,
    opened_at: 1_000,
    last_word_at: 1_000,
    idle_at: 300_000,
    ...change,
  };
}

/** Held by an agent. */
export function held(agent: { id: string; name: string }, change: Partial<Card> = {}): Card {
  return sampleCard({ status: "agent", control: { state: "agent", agent, since: 0 }, ...change });
}

/** Waiting for a person. */
export function waiting(change: Partial<Card> = {}): Card {
  const why = { why: "visitor_asked" } as const;
  return sampleCard({
    status: "waiting",
    control: { state: "waiting", since: 2_000, why, fallback_at: null, team: null },
    ...change,
  });
}

export function sampleEvent(
  seq: number,
  epoch: number,
  body: EventBody,
  by: Event["by"] = { type: "visitor" },
): Event {
  return { seq, at: seq * 1_000, epoch, by, body };
}
