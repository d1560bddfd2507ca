import { until } from "./browser.mjs";

export const PASSWORD = "a long sentence as a password";

/** An agent in a browser window of their own. */
export class Agent {
  static async join(browser, link, name) {
    const agent = new Agent();
    agent.name = name;
    agent.context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    agent.page = await agent.context.newPage();
    agent.errors = [];
    agent.page.on("pageerror", (error) => agent.errors.push(error.message));
    // Counts the notes that are played.
    await agent.page.addInitScript(() => {
      window.notes = 0;
      const { start } = AudioScheduledSourceNode.prototype;
      AudioScheduledSourceNode.prototype.start = function (...when) {
        window.notes++;
        return start.apply(this, when);
      };
    });
    await agent.page.goto(link);
    await agent.page.getByLabel("Your name").fill(name);
    await agent.page.getByLabel("E-mail").fill(`${name.split(" ")[0].toLowerCase()}@mossfoot.example`);
    await agent.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await agent.page.getByRole("button", { name: "Create account" }).click();
    await agent.page.getByText("Connected", { exact: true }).first().waitFor();
    return agent;
  }

  /** A request of the signed-in page to the server. */
  async api(method, path, body) {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const response = await fetch(`/api/v1${path}`, {
          method,
          headers: { "content-type": "application/json" },
          ...(body && { body: JSON.stringify(body) }),
        });
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
        return response.json();
      },
      [method, path, body],
    );
  }

  async go(place) {
    await this.page
      .getByRole("navigation", { name: "Places" })
      .getByRole("link", { name: place, exact: true })
      .click();
  }

  /** The card whose conversation began with this text. */
  card(opening) {
    return this.page.locator("article[data-card]").filter({ hasText: opening });
  }

  counter(name) {
    return this.page
      .getByRole("group", { name: "Counters, each shows only its conversations" })
      .getByRole("button", { name });
  }

  async open(opening) {
    await this.card(opening).getByRole("link").click();
    await this.panel.getByRole("heading", { level: 2 }).waitFor();
  }

  get panel() {
    return this.page.getByRole("region", { name: /^Conversation with/ });
  }

  get log() {
    return this.panel.getByRole("log");
  }

  get toasts() {
    return this.page.locator(".toasts");
  }

  /** Puts away what has been noticed. */
  async clearToasts() {
    const dismiss = this.toasts.getByRole("button", { name: "Dismiss" });
    while (await dismiss.count()) await dismiss.first().click();
  }

  button(name) {
    return this.panel.getByRole("button", { name, exact: true });
  }

  get reply() {
    return this.panel.getByRole("textbox", { name: /^Reply to/ });
  }

  /** Types like a person, so that the first key claims. */
  async say(text) {
    await this.reply.pressSequentially(text);
    await this.button("Send").click();
  }

  /** The id of the open conversation. */
  get conversation() {
    return new URL(this.page.url()).searchParams.get("c");
  }

  /** The log of a conversation. */
  async events(conversation) {
    return (await this.api("GET", `/conversations/${conversation}/events?limit=500`)).events;
  }

  sees(text) {
    return until(`${this.name} to see ${text}`, () => this.log.getByText(text).first().isVisible());
  }
}
