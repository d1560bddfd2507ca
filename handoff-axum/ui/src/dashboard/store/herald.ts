import type { Card } from "../../wire/Card";
import { sentence } from "../net/problem";
import { words } from "../words/notices";
import { escalationWords, flagWords, visitorName } from "../words/terms";
import { type Alert, alertsOf } from "./alerts";
import type { Desk } from "./desk.svelte";
import { preferences } from "./preferences.svelte";
import { route } from "./route.svelte";
import { Sounds } from "./sounds";

/** Tells the agent what needs them, wherever in the dashboard they are: toast, sound, desktop notification. */
export class Herald {
  readonly sounds = new Sounds(() => preferences.now.sound);
  /** Nothing of the first board is news. */
  private quiet = true;
  private readonly expected = new Set<string>();

  constructor(private readonly desk: Desk) {
    desk.cards.onChange((now, before) => {
      if (this.quiet) return;
      const expected = this.expected.has(now.id);
      for (const alert of alertsOf(now, before, desk.myId, expected)) this.tell(alert);
    });
  }

  /** The first board has arrived: from now on, changes are news. */
  ready(): void {
    this.quiet = false;
  }

  /** The agent takes this conversation over right now: having it is no surprise. */
  async expecting<T>(conversation: string, act: () => Promise<T>): Promise<T> {
    this.expected.add(conversation);
    try {
      return await act();
    } finally {
      // The card may come a moment after the answer.
      setTimeout(() => this.expected.delete(conversation), 3_000);
    }
  }

  private tell(alert: Alert): void {
    const { card } = alert;
    switch (alert.type) {
      case "attention":
        return this.needsAttention(card, alert.why);
      case "attention_over":
        return this.desk.notices.drop(attentionKey(card));
      case "control_asked":
        return this.controlAsked(card);
      case "control_settled":
        return this.desk.notices.drop(requestKey(card));
      case "request_refused":
        this.desk.notices.drop(requestKey(card));
        return this.info(card, words.requestRefused(holderName(card)));
      case "got_control":
        return this.info(card, words.gotControl(visitorName(card)));
      case "lost_control":
        return this.info(card, words.lostControl(holderName(card), visitorName(card)));
    }
  }

  private needsAttention(card: Card, why: Extract<Alert, { type: "attention" }>["why"]): void {
    if (this.looksAt(card.id)) return;
    const title = why === "waiting" ? words.waits : flagWords(why.kind).label;
    const reason = why === "waiting" ? waitReason(card) : why.quote || why.reason;
    this.desk.notices.show({
      key: attentionKey(card),
      tone: "attention",
      title: `${title}: ${visitorName(card)}`,
      text: reason,
      conversation: card.id,
      actions: [{ label: words.open, primary: true, run: () => route.openConversation(card.id) }],
    });
    this.sounds.play("attention");
    this.notifyDesktop(card, `${title}: ${visitorName(card)}`, reason);
  }

  private controlAsked(card: Card): void {
    const asked = card.control_request;
    if (!asked) return;
    const answer = (type: "grant_control" | "deny_control") => () => {
      this.desk.notices.drop(requestKey(card));
      this.desk.socket.do(card.id, { type, to: asked.agent.id }).catch((error: unknown) => {
        this.desk.notices.show({ tone: "problem", title: words.notDone, text: sentence(error) });
      });
    };
    const title = words.asksForControl(asked.agent.name, visitorName(card));
    this.sounds.play("request");
    this.notifyDesktop(card, title, "");
    if (this.looksAt(card.id)) return;
    this.desk.notices.show({
      key: requestKey(card),
      tone: "request",
      title,
      conversation: card.id,
      until: asked.expires_at,
      actions: [
        { label: words.grant, primary: true, run: answer("grant_control") },
        { label: words.deny, run: answer("deny_control") },
        { label: words.open, run: () => route.openConversation(card.id) },
      ],
    });
  }

  private info(card: Card, title: string): void {
    this.desk.notices.show({
      key: `control.${card.id}`,
      tone: "info",
      title,
      conversation: card.id,
      actions: this.looksAt(card.id)
        ? []
        : [{ label: words.open, run: () => route.openConversation(card.id) }],
    });
  }

  /** Whether the agent has this conversation before their eyes. */
  private looksAt(conversation: string): boolean {
    return this.desk.open?.id === conversation && document.visibilityState === "visible";
  }

  private notifyDesktop(card: Card, title: string, body: string): void {
    const wanted = preferences.now.desktop && document.visibilityState === "hidden";
    if (!wanted || typeof Notification === "undefined" || Notification.permission !== "granted") return;
    // One tag a conversation: however many tabs are open, the desktop shows it once.
    const notification = new Notification(title, { body, tag: card.id, icon: "/ui/favicon.svg" });
    notification.onclick = () => {
      window.focus();
      route.openConversation(card.id);
      notification.close();
    };
  }
}

function holderName(card: Card): string {
  return card.control.state === "agent" ? card.control.agent.name : words.nobody;
}

function waitReason(card: Card): string {
  return card.control.state === "waiting" ? escalationWords(card.control.why) : "";
}

function attentionKey(card: Card): string {
  return `attention.${card.id}`;
}

function requestKey(card: Card): string {
  return `request.${card.id}`;
}
