// The main job on the real server, in real browsers: two agents in two windows, visitors in others.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Agent } from "./support/agent.mjs";
import { violations } from "./support/axe.mjs";
import { launch, until } from "./support/browser.mjs";
import { picture } from "./support/pictures.mjs";
import { Server } from "./support/server.mjs";
import { brokenFences, Visitor } from "./support/visitor.mjs";

const QUESTION = "How long does delivery take to Ireland?";
const NOTE = "canary-7f3a: she is a good customer";
const INSTRUCTION = "Tell them that the new soles are free. Ask for their email address.";

let browser;
let server;
let anna;
let ben;
let visitor;
let finished = false;

before(async () => {
  server = await Server.start();
  browser = await launch();
});

after(async () => {
  // Where something failed, what everybody saw at that time says more than the message.
  const pages = browser?.contexts().flatMap((context) => context.pages()) ?? [];
  for (const [i, page] of finished ? [] : pages.entries()) await picture(page, `failed-${i}`);
  await browser?.close();
  await server?.stop();
});

test("two agents join, by one-time links", async () => {
  anna = await Agent.join(browser, server.ownerLink, "Anna Berg");
  const { link } = await anna.api("POST", "/team/invitations", { role: "agent" });
  ben = await Agent.join(browser, new URL(link, server.url).href, "Ben Osei");
});

test("1 · the answer streams in from the help pages, and the card moves", async () => {
  visitor = await Visitor.arrive(browser, server.url);
  await visitor.page.evaluate(() =>
    window.Handoff.identify({ name: "Mara Lind", email: "mara@example.com" }),
  );
  await visitor.say(QUESTION);
  await anna.card(QUESTION).getByText("Assistant is writing…").waitFor();
  const half = await visitor.halfWritten();
  const whole = await visitor.answered();
  assert.ok(whole.startsWith(half) && whole.length > half.length, `${half} grew to ${whole}`);
  assert.match(whole, /5 to 8 working days/);
  const source = visitor.page.locator(".sources a");
  assert.equal(await source.textContent(), "Delivery");
  const page = await visitor.context.request.get(await source.evaluate((link) => link.href));
  assert.match(await page.text(), /5 to 8 working days/);
  await anna
    .card(QUESTION)
    .getByText(`AI: ${whole.slice(0, 20)}`)
    .waitFor();
  await until("the counter to count it", async () => /1/.test(await anna.counter("Active").textContent()));
});

test("2 · asking for a person in own words raises badge, counter, toast and sound", async () => {
  await ben.go("Settings");
  const before = await ben.page.evaluate(() => window.notes);
  await visitor.say("could i speak to someone real about this plz");
  await visitor.sees(/^system: Of course/);
  await visitor.banner.getByText("Connecting you").waitFor();
  const card = anna.card(QUESTION);
  await card.getByText("Help requested").waitFor();
  assert.equal(await card.getAttribute("data-attention"), "true");
  await until("the border to pulse", () =>
    card.evaluate((element) => element.getAnimations({ subtree: true }).length > 0),
  );
  await until("the counter to change", async () =>
    /1/.test(await anna.counter("Needs attention").textContent()),
  );
  await ben.toasts.getByText("Mara Lind").first().waitFor();
  await until("a sound", () => ben.page.evaluate((n) => window.notes > n, before));
  await picture(anna.page, "toast");
});

test("3 · one holder: takeover, conflict, request, denied, granted", async () => {
  await anna.open(QUESTION);
  await anna.button("Take over").click();
  await visitor.banner.getByText("Anna Berg joined the chat").waitFor();
  await anna.say("Hello Mara, this is Anna.");
  await visitor.sees(/^agent: Hello Mara, this is Anna\.$/);
  await picture(visitor.page, "widget-person");

  await ben.go("Live");
  await ben.open(QUESTION);
  await ben.panel.getByText("Anna Berg is currently handling this conversation.").first().waitFor();
  assert.ok(await ben.button("Take over").isDisabled());
  await ben.clearToasts();
  await picture(ben.page, "conflict");
  await ben.button("Request control").click();
  await anna.panel.getByText("Ben Osei asks for control").waitFor();
  await anna.button("Deny").click();
  await ben.toasts.getByText("Anna Berg keeps this conversation").waitFor();
  await ben.button("Request control").click();
  await anna.panel.getByText("Ben Osei asks for control").waitFor();
  await anna.button("Grant").click();
  await visitor.banner.getByText("Ben Osei joined the chat").waitFor();
  await anna.panel.getByText("Ben Osei is currently handling this conversation.").first().waitFor();
  await ben.panel.getByText("You handle this").waitFor();
});

test("4 · a takeover in mid-reply silences the assistant", async () => {
  await ben.button("Return to AI").first().click();
  await ben.page.getByRole("dialog").getByRole("button", { name: "Return to AI" }).click();
  await visitor.banner.getByText("You're back with our assistant.").waitFor();
  await visitor.say("What does it cost to repair boots?");
  const half = await visitor.halfWritten();
  await anna.reply.pressSequentially("I");
  await visitor.banner.getByText("Anna Berg joined the chat").waitFor();
  assert.equal(await visitor.count(new RegExp(`^assistant: ${half.slice(0, 12)}`)), 0, "the piece is gone");
  await anna.panel.getByText("AI paused, you're in.").waitFor();
  await anna.say(" can tell you. New soles are 55 pounds, and your parcel leaves us on Friday.");
  await visitor.sees(/^agent: I can tell you/);
  assert.equal(await visitor.count(new RegExp(`^assistant: ${half.slice(0, 12)}`)), 0, "and stays away");
  await anna.panel.locator("[data-interrupted]").getByText(half.slice(0, 12)).waitFor();
  assert.deepEqual(brokenFences(visitor.received()), []);
  await anna.clearToasts();
  await picture(anna.page, "conversation");
});

test("5 · note, release, takeover, return with an instruction: the assistant goes on and knows", async () => {
  await anna.panel.getByRole("tab", { name: "Note" }).click();
  await anna.panel.getByRole("textbox", { name: /^Leave a note/ }).fill(NOTE);
  await anna.button("Add note").click();
  await ben.sees(NOTE);
  await anna.panel.getByRole("tab", { name: "Reply" }).click();
  await anna.button("Release").click();
  await visitor.banner.getByText("Someone from our team will answer you here.").waitFor();
  await until("the counter of paused ones", async () => /1/.test(await ben.counter("Paused").textContent()));
  await visitor.say("Are you still there?");
  await anna.sees("Are you still there?");
  await anna.button("Take over").click();
  await visitor.banner.getByText("Anna Berg joined the chat").waitFor();
  await anna.say("Yes, I asked the workshop.");
  await visitor.sees(/^agent: Yes, I asked the workshop/);
  await anna.button("Return to AI").first().click();
  const dialog = anna.page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(INSTRUCTION);
  await dialog.getByRole("button", { name: "Return to AI" }).click();
  await visitor.banner.getByText("You're back with our assistant.").waitFor();
  await visitor.say("When does my parcel leave?");
  const answer = await visitor.answered();
  assert.match(answer, /Friday/, "what the agent said");
  assert.match(
    await visitor.page.locator(".log").textContent(),
    /new soles are free/i,
    "what the agent instructed",
  );
  const asked = (await visitor.lines()).filter((line) => /^assistant: .*e-?mail address/i.test(line));
  assert.deepEqual(asked, [], "does not ask for what is known");
  assert.ok(!visitor.heard().includes("canary-7f3a"), "the note never reached the visitor");
  assert.deepEqual(brokenFences(visitor.received()), []);
});

test("6 · nobody comes: the fallback once, kept for follow-up, after the time set in the dashboard", async () => {
  await setTakeoverSeconds(3);
  await picture(anna.page, "settings");
  const patient = await Visitor.arrive(browser, server.url);
  await patient.say("Please connect me to a human");
  await patient.banner.getByText("Connecting you").waitFor();
  await patient.sees(/^system: Nobody from our team is free/);
  await patient.page.getByRole("textbox", { name: "Your e-mail address" }).fill("pat@example.com");
  await picture(patient.page, "fallback");
  await patient.banner.getByRole("button", { name: "Save" }).click();
  await patient.banner.getByText("We'll write to pat@example.com").waitFor();
  await anna.go("Live");
  await anna.card("Please connect me to a human").getByText("Help requested").waitFor();
  const { cards } = await anna.api("GET", "/conversations?follow_up=true");
  assert.deepEqual(
    cards.map((card) => card.profile.email),
    ["pat@example.com"],
  );
  await patient.say("And how long is a gift card valid?");
  assert.match(await patient.answered(), /3 years/);
  assert.equal(await patient.count(/Nobody from our team is free/), 1);
  await patient.context.close();
});

test("7 · thumbs down, an unanswerable question and angry words raise their flags", async () => {
  const angry = await Visitor.arrive(browser, server.url);
  await angry.say("How do I wash a wool jumper?");
  await angry.answered();
  await angry.page.getByRole("button", { name: "Not helpful" }).click();
  await until("the thumb to stay", () =>
    angry.page.getByRole("button", { name: "Not helpful" }).evaluate((it) => it.ariaPressed === "true"),
  );
  await angry.say("What is the airspeed of an unladen swallow?");
  await angry.answered();
  await angry.say("This is ridiculous, I am furious, the worst service ever!");
  await anna.open("How do I wash a wool jumper?");
  for (const flag of ["Thumbs down", "Non-answer", "Negative feedback"]) {
    await anna.panel.getByText(flag, { exact: true }).first().waitFor();
  }
  await angry.context.close();
});

test("the board moves for every visitor at once", async () => {
  const questions = [
    ["Ines Duarte", "Which size of the Fell boot do I need?", "/fell-boot"],
    ["Tom Ashby", "Is the Tarn cape in stock in Kirkbeck?", "/tarn-cape"],
    ["Yuki Arai", "How long is the warranty on seams?", "/birk-jumper"],
    ["Lena Vogt", "I need a human, my parcel never came", "/help/tracking"],
    ["Omar Haddad", "Do you take gift cards?", "/help/gift-cards"],
  ];
  const guests = [];
  for (const [name, question, path] of questions) {
    const guest = await Visitor.arrive(browser, server.url + path);
    await guest.page.evaluate((name) => window.Handoff.identify({ name }), name);
    await guest.say(question);
    guests.push(guest);
  }
  await anna.go("Live");
  for (const [name] of questions) await anna.card(name).waitFor();
  await ben.go("Live");
  await ben.open("Omar Haddad");
  await ben.button("Take over").click();
  await ben.say("Yes, also two for one order.");
  await anna.card("Omar Haddad").getByText("Human active").waitFor();
  await anna.card("Lena Vogt").getByText("Help requested").waitFor();
  await anna.clearToasts();
  await picture(anna.page, "board");
  for (const guest of guests) await guest.context.close();
});

test("8 · kill -9 and start again: nothing lost, nothing twice, timers act once", async () => {
  await anna.go("Live");
  await anna.open(QUESTION);
  const { conversation } = anna;
  await anna.button("Take over").click();
  await visitor.banner.getByText("Anna Berg joined the chat").waitFor();
  const waiting = await Visitor.arrive(browser, server.url);
  await waiting.say("I want to talk to a human");
  await waiting.banner.getByText("Connecting you").waitFor();
  const due = Date.now() + 3000;
  for (const { page } of [visitor, waiting, anna]) {
    await page.evaluate(() => {
      window.notReloaded = true;
    });
  }
  const words = ["one", "two", "three", "four", "five"].map((word) => `${word} of five`);
  for (const text of words) await visitor.say(text);
  await until("one to be acknowledged", () => visitor.page.getByText("Delivered").isVisible());
  await server.kill();

  await visitor.say("written while you were away");
  await visitor.banner.getByText("Reconnecting").waitFor();
  await anna.page
    .getByText(/^(Reconnecting|Disconnected)/)
    .first()
    .waitFor();
  await until("the timer to be due", () => Date.now() > due, 10_000);
  await server.up();

  const all = [...words, "written while you were away"];
  await visitor.sees(/^visitor: written while you were away$/, 60_000);
  await until(
    "everything to be delivered",
    async () => {
      const marks = await visitor.page.locator(".visitor .mark").allTextContents();
      return marks.join() === "Delivered";
    },
    60_000,
  );
  const mine = (await visitor.lines()).filter((line) => all.includes(line.replace("visitor: ", "")));
  assert.deepEqual(
    mine,
    all.map((text) => `visitor: ${text}`),
    "each once, in order",
  );

  await until(
    "the dashboard to go on",
    async () => {
      const shown = await anna.log.locator("[data-seq], .entry").allTextContents();
      return all.every((text) => shown.filter((line) => line.includes(text)).length === 1);
    },
    60_000,
  );
  const stored = (await anna.events(conversation)).filter(({ body }) => body.type === "message_received");
  assert.deepEqual(
    stored.slice(-all.length).map(({ body }) => body.text),
    all,
  );
  const acknowledged = visitor.wire.flatMap(({ frame }) => (frame.type === "done" ? [frame.id] : []));
  assert.equal(new Set(acknowledged).size, acknowledged.length, "each was answered once");

  await waiting.sees(/^system: Nobody from our team is free/, 60_000);
  for (const { page } of [visitor, waiting, anna]) {
    assert.ok(await page.evaluate(() => window.notReloaded), "without a reload");
  }
  await anna.say("I am still here.");
  await visitor.sees(/^agent: I am still here\.$/);
  await waiting.page.reload();
  await waiting.sees(/^system: Nobody from our team is free/);
  assert.equal(await waiting.count(/Nobody from our team is free/), 1, "the timer acted once");
  await visitor.page.reload();
  await visitor.sees(/^agent: I am still here\.$/);
  const again = (await visitor.lines()).filter((line) => all.includes(line.replace("visitor: ", "")));
  assert.deepEqual(
    again,
    all.map((text) => `visitor: ${text}`),
    "the same after a reload",
  );
  assert.deepEqual(brokenFences(visitor.received()), []);
  await waiting.context.close();
});

test("pages are accessible, and none failed", async () => {
  for (const place of ["Live", "Queue", "Settings"]) {
    await anna.go(place);
    assert.deepEqual(await violations(anna.page), [], place);
  }
  await anna.go("Live");
  await anna.open(QUESTION);
  assert.deepEqual(await violations(anna.page), [], "conversation");
  assert.deepEqual(await violations(visitor.page), [], "shop with the chat open");
  assert.deepEqual([...anna.errors, ...ben.errors, ...visitor.errors], []);
  const phone = await Visitor.arrive(browser, server.url, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  });
  await phone.say("How long can I return an item?");
  await phone.answered();
  await picture(phone.page, "phone");
  assert.deepEqual(await violations(phone.page), [], "on a phone");
  finished = true;
});

/** As an admin does it: in the settings of the service. */
async function setTakeoverSeconds(seconds) {
  const { page } = anna;
  await anna.go("Settings");
  await page.getByRole("link", { name: "Mossfoot" }).click();
  const amount = page.getByLabel("Takeover timeout", { exact: true });
  await page.getByLabel("Unit of Takeover timeout").selectOption("seconds");
  await amount.fill(String(seconds));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
}
