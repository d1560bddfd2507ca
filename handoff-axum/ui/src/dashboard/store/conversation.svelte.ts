import type { AgentRef } from "../../wire/AgentRef";
import type { Command } from "../../wire/Command";
import type { Event } from "../../wire/Event";
import type { Page } from "../../wire/Page";
import type { Problem } from "../../wire/Problem";
import type { TeamFrame } from "../../wire/TeamFrame";
import { api } from "../net/api";
import { newId } from "../net/browser";
import type { Link } from "../net/link";
import { Refusal } from "../net/problem";
import type { CardBox, Cards } from "./cards.svelte";
import { addPiece, type Stream, streamAfter } from "./stream";
import { EMPTY_THREAD, foldEvents } from "./thread";

/** Typing is forgotten when nothing more is heard of it for so long, in milliseconds. */
const TYPING_ENDS = 6_000;

/** What I wrote, and the server did not yet confirm. */
export interface Unsent {
  id: string;
  note: boolean;
  command: Command & { text: string };
  problem: Problem | null;
}

export interface Typing {
  who: string;
  until: number;
}

/** One conversation on view: its log, what is being written, who types and who looks. */
export class OpenConversation {
  box = $state.raw<CardBox | null>(null);
  thread = $state.raw(EMPTY_THREAD);
  stream = $state.raw<Stream | null>(null);
  /** The whole history is here. */
  caughtUp = $state(false);
  unsent = $state.raw<readonly Unsent[]>([]);
  typing = $state.raw<readonly Typing[]>([]);
  viewers = $state.raw<readonly AgentRef[]>([]);
  /** Why it cannot be shown. */
  problem = $state.raw<Problem | null>(null);
  openedPage = $state.raw<Page | null>(null);

  constructor(
    readonly id: string,
    private readonly cards: Cards,
    private readonly link: Pick<Link, "do" | "watch" | "unwatch" | "typing">,
    private readonly me: () => string,
  ) {}

  /** Begins to follow the conversation. */
  open(): void {
    this.cards.pin(this.id);
    this.box = this.cards.get(this.id) ?? null;
    this.link.watch(this.id, () => this.thread.version);
    void this.load();
  }

  close(): void {
    this.link.unwatch(this.id);
    this.cards.unpin(this.id);
  }

  /** Fetches what the socket does not send: the card of a conversation that is not on the board, where it began. */
  async load(): Promise<void> {
    this.problem = null;
    try {
      const detail = await api.conversation(this.id);
      this.box = this.cards.put(detail.card);
      this.openedPage = detail.opened_page;
    } catch (error) {
      if (error instanceof Refusal && !this.box) this.problem = error.problem;
    }
  }

  /** Does something here; ends with a `Refusal` where it is not done. */
  do(command: Command): Promise<number> {
    return this.link.do(this.id, command);
  }

  /** Sends a message to the visitor: it shows at once, as being sent. */
  say(text: string): void {
    this.send({ id: newId(), note: false, command: { type: "send_agent_message", text }, problem: null });
  }

  /** Leaves a note for the team, and for the assistant where the author wants that. */
  leaveNote(text: string, forAssistant: boolean): void {
    const command = { type: "add_note" as const, text, for_assistant: forAssistant };
    this.send({ id: newId(), note: true, command, problem: null });
  }

  /** Tries again what failed, under the same id: it is stored once whatever became of the first try. */
  retry(one: Unsent): void {
    this.discard(one.id);
    this.send({ ...one, problem: null });
  }

  discard(id: string): void {
    this.unsent = this.unsent.filter((one) => one.id !== id);
  }

  tellTyping(typing: boolean): void {
    this.link.typing(this.id, typing);
  }

  /** Takes a frame that belongs to this conversation. */
  receive(frame: TeamFrame): void {
    if (frame.type === "events") this.takeEvents(frame.events, frame.caught_up);
    else if (frame.type === "piece") this.stream = addPiece(this.stream, frame, this.thread.epoch);
    else if (frame.type === "viewers") this.viewers = frame.agents;
    else if (frame.type === "typing") this.takeTyping(frame);
  }

  /** Who still types, at a moment. */
  typers(now: number): string[] {
    return this.typing.filter((one) => one.until > now).map((one) => one.who);
  }

  private takeEvents(events: readonly Event[], caughtUp: boolean): void {
    const before = this.thread.version;
    this.thread = foldEvents(this.thread, events);
    for (const event of events) {
      if (event.seq <= before) continue;
      this.stream = streamAfter(this.stream, event);
      this.settle(event);
    }
    if (caughtUp) this.caughtUp = true;
  }

  /** A message that arrived is no longer typed, and no longer unsent. */
  private settle({ body, by }: Event): void {
    if (body.type === "message_received") this.forgetTyping("");
    if (by.type !== "agent") return;
    if (body.type === "agent_messaged") this.forgetTyping(by.name);
    if (by.id !== this.me() || (body.type !== "agent_messaged" && body.type !== "note_added")) return;
    const note = body.type === "note_added";
    const mine = this.unsent.find((one) => one.note === note && one.command.text === body.text);
    if (mine) this.discard(mine.id);
  }

  private takeTyping(frame: Extract<TeamFrame, { type: "typing" }>): void {
    const who = frame.who === "visitor" ? "" : (frame.name ?? "");
    this.forgetTyping(who);
    if (frame.typing) this.typing = [...this.typing, { who, until: Date.now() + TYPING_ENDS }];
  }

  private forgetTyping(who: string): void {
    if (this.typing.some((one) => one.who === who)) {
      this.typing = this.typing.filter((one) => one.who !== who);
    }
  }

  private send(one: Unsent): void {
    this.unsent = [...this.unsent, one];
    this.link.do(this.id, one.command, one.id).then(
      (version) => this.stored(one.id, version),
      (error: unknown) => this.failed(one.id, error),
    );
  }

  private stored(id: string, version: number): void {
    if (this.thread.version >= version) this.discard(id);
  }

  private failed(id: string, error: unknown): void {
    if (!(error instanceof Refusal)) throw error;
    this.unsent = this.unsent.map((one) => (one.id === id ? { ...one, problem: error.problem } : one));
  }
}
