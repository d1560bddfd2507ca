// The widget alone, on a page that does its worst to it, under a strict CSP, against a server that a test leads.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { violations } from "./support/axe.mjs";
import { launch, until } from "./support/browser.mjs";
import { picture } from "./support/pictures.mjs";
import { ScriptedServer } from "./support/scripted-server.mjs";

const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

let browser;
let server;
let context;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
afterEach(async () => {
  await context?.close();
  server?.close();
});

/** A page with the widget, and what went wrong on it. */
async function visit({ lang = "en", ...options } = {}) {
  server = await new ScriptedServer().listen();
  context = await browser.newContext({ viewport: { width: 1000, height: 760 }, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && page.problems.push(message.text()));
  await server.attach(page);
  await page.goto(`${server.url}/?lang=${lang}`);
  await page.locator(".launcher").waitFor();
  return page;
}

async function open(options) {
  const page = await visit(options);
  await page.locator(".launcher").click();
  return page;
}

const say = async (page, text) => {
  await page.locator("textarea").fill(text);
  await page.keyboard.press("Enter");
};
const bubble = (page, text) => page.locator(".bubble").getByText(text, { exact: false }).first();
const shown = (page) => page.locator(".bubble").allTextContents();
const delivered = (page) => page.getByText("Delivered").waitFor();
const joined = (name) => ({ type: "person_joined", name, agent: "a1" });

test("the host page's style sheet reaches nothing inside, and its CSP stops nothing", async () => {
  const page = await open();
  await say(page, "Hello");
  await delivered(page);
  const style = await page.locator(".bubble").evaluate((bubble) => {
    const { fontSize, letterSpacing, textTransform, float } = getComputedStyle(bubble);
    return { fontSize, letterSpacing, textTransform, float };
  });
  assert.deepEqual(style, {
    fontSize: "15px",
    letterSpacing: "normal",
    textTransform: "none",
    float: "none",
  });
  assert.ok(await page.locator(".bubble").isVisible());
  assert.deepEqual(page.problems, []);
});

test("every state, in light and dark, on desktop and phone, breaks no rule of WCAG", async () => {
  for (const [name, options] of Object.entries({
    desktop: {},
    dark: { colorScheme: "dark" },
    phone: PHONE,
  })) {
    const page = await open(options);
    const check = async (state) => {
      await picture(page, `widget-${name}-${state}`);
      assert.deepEqual(await violations(page), [], `${name}, ${state}`);
    };
    await check("greeting");
    await say(page, "How long does delivery take?");
    await delivered(page);
    server.happen({ type: "reply_started", turn: 1 });
    server.piece(1, 0, "Two to four ");
    await bubble(page, "Two to four").waitFor();
    await check("streaming");
    const sources = [
      { title: "Delivery", url: "/help/delivery" },
      { title: "Bad", url: "javascript:alert(1)" },
    ];
    const answer = {
      type: "message",
      from: "assistant",
      name: null,
      text: "Two to four working days.",
      sources,
      turn: 1,
    };
    server.happen(answer);
    await page.getByRole("link", { name: "Delivery" }).waitFor();
    assert.equal(await page.locator(".sources a").count(), 1, "an address that is no web address is text");
    await page.getByRole("button", { name: "Not helpful" }).click();
    server.happen({ type: "connecting", said: "One moment please." }, true);
    await page.locator(".banner.connecting").waitFor();
    await check("connecting");
    server.happen(joined("Anna Berg"), true);
    server.tell({ type: "typing", name: "Anna Berg", typing: true });
    await page.getByText("Anna Berg is typing…").waitFor();
    await check("person");
    server.happen({ type: "person_left" }, true);
    await page.locator(".banner.waiting").waitFor();
    await check("released");
    server.happen({ type: "assistant_back" }, true);
    await page.locator(".banner.back").waitFor();
    server.happen({ type: "nobody_came", text: "Nobody is free right now." });
    await page.locator(".banner.email").waitFor();
    await check("fallback");
    server.happen({ type: "resolved" });
    await page.locator(".banner.rate").waitFor();
    await page.getByLabel("4 of 5").check({ force: true });
    await check("rating");
    server.happen({ type: "closed" });
    await page.locator(".banner.ended").waitFor();
    await check("ended");
    server.reachable = false;
    server.cut();
    await page.locator(".banner.lost").waitFor();
    await page.locator(".banner.blocked").waitFor();
    await check("blocked");
    assert.deepEqual(
      page.problems.filter((text) => !text.includes("WebSocket")),
      [],
    );
    await context.close();
    server.close();
  }
});

test("hostile text stays text, and links show where they lead", async () => {
  const page = await open();
  await say(page, "x");
  await delivered(page);
  const text =
    '<img src=x onerror="window.hit=1"> https://bank.example@evil.example/ see https://shop.example/a.';
  server.say(text, 1);
  await bubble(page, "see https://shop.example/a").waitFor();
  assert.equal(await page.locator(".assistant .bubble").textContent(), text);
  assert.deepEqual(await page.locator(".assistant .bubble a").allTextContents(), ["https://shop.example/a"]);
  assert.equal(await page.evaluate(() => window.hit), undefined);
});

test("a takeover removes the half-written piece at once, and late pieces stay away", async () => {
  const page = await open();
  await say(page, "Hello");
  await delivered(page);
  server.happen({ type: "reply_started", turn: 1 });
  const { epoch } = server;
  server.piece(1, 0, "It ta");
  await bubble(page, "It ta").waitFor();
  server.happen(joined("Anna"), true);
  server.piece(1, 5, "kes two", epoch);
  server.piece(1, 0, "It takes two", epoch);
  await page.locator(".banner.person").waitFor();
  assert.deepEqual(await shown(page), ["Hello"]);
});

test("what was written offline survives a reload and is sent once, in order", async () => {
  const page = await open();
  await say(page, "one");
  await delivered(page);
  server.answers = false;
  await say(page, "two");
  await until("it to be sent", () => server.got.some((frame) => frame.text === "two"));
  server.reachable = false;
  server.cut();
  await say(page, "three");
  await page.locator(".banner.lost").waitFor();
  await page.reload();
  await until("both to be there", async () => (await shown(page)).join() === "two,three");
  server.reachable = true;
  server.answers = true;
  await until("all to be delivered", async () => (await shown(page)).join() === "one,two,three", 30_000);
  await delivered(page);
  assert.deepEqual(
    server.events.map(({ body }) => body.text),
    ["one", "two", "three"],
  );
  const ids = server.got.filter((frame) => frame.text === "two").map((frame) => frame.id);
  assert.equal(new Set(ids).size, 1, "the same id each time");
});

test("a message that is refused for good can be tried again", async () => {
  const page = await open();
  server.answers = false;
  await say(page, "Hello");
  const sent = await until("it to be sent", () => server.got.find((frame) => frame.type === "send"));
  const problem = { type: "/problems/too_long", status: 422, title: "That is too long.", retry: false };
  server.tell({ type: "refused", id: sent.id, problem });
  await page.getByText("Not sent. That is too long.").waitFor();
  server.answers = true;
  await page.getByRole("button", { name: "Try again" }).click();
  await delivered(page);
  assert.deepEqual(await shown(page), ["Hello"]);
});

test("keys and focus: Esc closes, the focus comes back, Tab stays inside on a phone", async () => {
  const page = await visit(PHONE);
  await page.locator(".launcher").focus();
  await page.keyboard.press("Enter");
  const focused = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.tagName);
  await until("the field to have the focus", async () => (await focused()) === "TEXTAREA");
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    assert.notEqual(
      await page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className),
      "launcher",
    );
  }
  await page.keyboard.press("Escape");
  await until("the launcher to have it again", () =>
    page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className === "launcher"),
  );
  assert.equal(await page.locator("dialog").isVisible(), false);
});

test("a closed chat counts what came, and says it to screen readers", async () => {
  const page = await open();
  await say(page, "Hello");
  await delivered(page);
  await page.keyboard.press("Escape");
  server.say("One", 1);
  server.say("Two", 2);
  await page.locator(".badge").getByText("2").waitFor();
  assert.equal(await page.locator(".launcher").getAttribute("aria-label"), "Open chat, New messages: 2");
  await page.getByRole("status").getByText("Assistant: Two").waitFor();
  await page.reload();
  await page.locator(".badge").getByText("2").waitFor();
  await page.locator(".launcher").click();
  await until("the badge to go", () => page.locator(".badge").isHidden());
  await page.reload();
  await bubble(page, "Two").waitFor();
  assert.ok(await page.locator(".badge").isHidden());
});

test("who reads further up is not moved, and gets a pill", async () => {
  const page = await open();
  await say(page, "Hello");
  for (let turn = 1; turn <= 20; turn++) server.say(`Line ${turn}`, turn);
  await bubble(page, "Line 20").waitFor();
  await page.locator(".log").evaluate((log) => log.scrollTo(0, 0));
  server.say("Line 21", 21);
  const pill = page.getByRole("button", { name: "New messages" });
  await pill.waitFor();
  assert.equal(await page.locator(".log").evaluate((log) => log.scrollTop), 0);
  await pill.click();
  await until("the end", () => pill.isHidden());
});

test("other languages are loaded on demand, right to left where they are", async () => {
  const page = await open({ lang: "ar-EG" });
  await page.getByPlaceholder("اكتب رسالة…").waitFor();
  assert.equal(await page.locator(".w").getAttribute("dir"), "rtl");
  assert.deepEqual(await violations(page), []);
  await page.evaluate(() => window.Handoff.setLocale("de"));
  await page.getByPlaceholder("Nachricht schreiben…").waitFor();
  assert.deepEqual(page.problems, []);
});

test("the page's script leads it: calls, events, moves, signing out", async () => {
  const page = await visit();
  const told = () => page.evaluate(() => window.told);
  await page.evaluate(() => {
    window.told = [];
    for (const event of ["open", "close", "unread", "message"]) {
      window.Handoff.on(event, (detail) => window.told.push([event, detail?.text ?? detail ?? null]));
    }
    window.Handoff.push(["open"], ["setTheme", "dark"]);
  });
  await page.locator("dialog").waitFor();
  await say(page, "Hello");
  await delivered(page);
  server.say("Hi", 1);
  await until("the message", async () =>
    (await told()).some(([event, text]) => event === "message" && text === "Hi"),
  );
  await page.evaluate(() => {
    history.pushState(null, "", "/cart?step=2#token=secret");
    document.title = "Cart";
  });
  const moved = await until("the page", () => server.got.find((frame) => frame.type === "set_page"));
  assert.deepEqual(moved.page, { url: `${server.url}/cart?step=2`, title: "Cart" });
  await page.evaluate(() => window.Handoff.requestHuman());
  await until("the request", () => server.got.some((frame) => frame.type === "request_person"));
  await page.evaluate(() => window.Handoff.close());
  await until("closed", async () => (await told()).some(([event]) => event === "close"));
  await page.evaluate(() => window.Handoff.shutdown());
  assert.equal(await page.locator("handoff-chat").count(), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
});
