import { until } from "./browser.mjs";

/** A visitor in a browser of their own, who sees what a visitor sees, and what came over the wire. */
export class Visitor {
  /** Frames in order, as `{ to: "server" | "visitor", frame }`. */
  wire = [];

  static async arrive(browser, url, options = {}) {
    const visitor = new Visitor();
    visitor.context = await browser.newContext({ viewport: { width: 960, height: 700 }, ...options });
    visitor.page = await visitor.context.newPage();
    visitor.errors = [];
    visitor.page.on("pageerror", (error) => visitor.errors.push(error.message));
    visitor.page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) =>
        visitor.wire.push({ to: "server", frame: JSON.parse(payload) }),
      );
      socket.on("framereceived", ({ payload }) =>
        visitor.wire.push({ to: "visitor", frame: JSON.parse(payload) }),
      );
    });
    await visitor.page.goto(url);
    await visitor.page.locator(".launcher").click();
    return visitor;
  }

  get field() {
    return this.page.getByRole("textbox", { name: "Write a message…" });
  }

  get banner() {
    return this.page.locator(".banner");
  }

  async say(text) {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** What the thread shows, as `who: text`. */
  lines() {
    return this.page.locator(".line").evaluateAll((lines) =>
      lines.map((line) => {
        const who = ["visitor", "assistant", "agent", "system"].find((one) => line.classList.contains(one));
        return `${who}: ${line.querySelector(".bubble").textContent}`;
      }),
    );
  }

  /** Waits for a line that matches. */
  sees(pattern, timeout) {
    return until(
      `the visitor to see ${pattern}`,
      async () => (await this.lines()).find((line) => pattern.test(line)),
      timeout,
    );
  }

  async count(pattern) {
    return (await this.lines()).filter((line) => pattern.test(line)).length;
  }

  /** Waits until the assistant has written a part of a reply, and returns the part. */
  halfWritten() {
    return until("a half-written reply", () =>
      this.page.locator(".lines").evaluate((lines) => {
        const last = lines.lastElementChild;
        const bubble = last?.classList.contains("assistant") && !last.querySelector(".thumbs, time");
        return bubble ? last.querySelector(".bubble").textContent : "";
      }),
    );
  }

  /** Waits for a whole reply of the assistant after the last words of the visitor. */
  answered(timeout = 30_000) {
    return until(
      "the assistant's answer",
      async () => {
        const last = this.page.locator(".line").last();
        return (await last.locator(".thumbs").count()) > 0 && last.locator(".bubble").textContent();
      },
      timeout,
    );
  }

  /** Everything the server ever told this visitor, as text. */
  heard() {
    return JSON.stringify(this.wire.filter(({ to }) => to === "visitor"));
  }

  /** Events that the server sent, in order, with the pieces between them, and where the story began anew. */
  received() {
    return this.wire.flatMap(({ frame }) => {
      if (frame.type === "hello") return frame.after === 0 ? [{ type: "from the beginning" }] : [];
      if (frame.type === "piece") return [frame];
      return frame.type === "events" ? frame.events.map(({ epoch, body }) => ({ epoch, ...body })) : [];
    });
  }
}

/** No word of the assistant came between a takeover and the assistant's return. */
export function brokenFences(received) {
  const broken = [];
  let held = -1;
  for (const one of received) {
    if (one.type === "person_joined") held = one.epoch;
    if (one.type === "assistant_back" || one.type === "from the beginning") held = -1;
    const spoken = one.type === "piece" || (one.type === "message" && one.from === "assistant");
    if (spoken && one.epoch <= held) broken.push(one);
  }
  return broken;
}
