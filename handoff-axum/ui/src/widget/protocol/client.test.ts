import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { VisitorEventBody } from "../../wire/VisitorEventBody.ts";
import type { VisitorFrame } from "../../wire/VisitorFrame.ts";
import type { VisitorRequest } from "../../wire/VisitorRequest.ts";
import { Client } from "./client.ts";
import { PATIENCE } from "./link.ts";

/** A socket whose other end is the test. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: VisitorRequest[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  tell(frame: VisitorFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  end(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  of<T extends VisitorRequest["type"]>(type: T): Extract<VisitorRequest, { type: T }>[] {
    return this.sent.filter((frame) => frame.type === type) as Extract<VisitorRequest, { type: T }>[];
  }
}

const look = { title: "Shop", greeting: "Hello", color: "#123456", contact: "", suggestions: [] };
const problem = (retry: boolean) => ({ type: "/problems/x", status: 503, title: "Not now", retry });
let sessions = 0;
let clients: Client[] = [];
const heard: string[] = [];

function client(): Client {
  const made = new Client({
    base: "http://chat.example/",
    service: "store",
    profile: { device: "desktop" },
    page: () => ({ url: "http://shop.example/", title: "Shop" }),
    onChange: () => {},
    onMessage: ({ text }) => heard.push(text),
  });
  clients.push(made);
  return made;
}

const last = (): FakeSocket => {
  const socket = FakeSocket.all.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
};

/** Lets promises of the session and the hello settle. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function welcome(conversation: string | null = null, reset = false): Promise<FakeSocket> {
  await settle();
  const socket = last();
  socket.open();
  socket.tell({
    type: "welcome",
    protocol: 1,
    conversation,
    reset,
    look,
    mode: "supported",
    heartbeat_ms: 10_000,
    now: 0,
  });
  return socket;
}

/** Waits out the delay until the client has opened another socket. */
async function comesBack(): Promise<void> {
  const { length } = FakeSocket.all;
  for (let waited = 0; FakeSocket.all.length === length && waited < 30_000; waited += 100) {
    await vi.advanceTimersByTimeAsync(100);
  }
}

const event = (seq: number, body: VisitorEventBody, epoch = 1): VisitorFrame => ({
  type: "events",
  events: [{ seq, at: 0, epoch, body }],
  version: seq,
  caught_up: true,
});
const said = (from: "visitor" | "assistant", text: string): VisitorEventBody => ({
  type: "message",
  from,
  name: null,
  text,
  sources: [],
  turn: null,
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (url: string) => ({
    ok: true,
    status: 200,
    json: async () =>
      url.endsWith("/session")
        ? { visitor: `v${++sessions}`, secret: "secret" }
        : { look, mode: "supported" },
  }));
  FakeSocket.all = [];
  sessions = 0;
  heard.length = 0;
  localStorage.clear();
});

afterEach(() => {
  for (const made of clients) made.end();
  clients = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the first need", () => {
  it("asks for nothing before somebody opens the chat", async () => {
    const chat = client();
    await chat.begin();
    await settle();
    expect([FakeSocket.all, sessions, chat.look?.title]).toEqual([[], 0, "Shop"]);
  });

  it("makes a session once, keeps it, and says hello first", async () => {
    client().connect();
    const socket = await welcome();
    expect(socket.url).toBe("ws://chat.example/api/v1/visitor/socket");
    expect(socket.sent[0]).toMatchObject({ type: "hello", visitor: "v1", conversation: null, after: 0 });
    const later = client();
    await later.begin();
    expect((await welcome()).sent[0]).toMatchObject({ visitor: "v1" });
    expect(sessions).toBe(1);
  });

  it("uses the session that another tab kept meanwhile", async () => {
    client().connect();
    client().connect();
    await settle();
    for (const socket of FakeSocket.all) socket.open();
    expect(FakeSocket.all.map((socket) => socket.of("hello")[0]?.visitor)).toEqual(["v1", "v1"]);
  });
});

describe("sending", () => {
  it("sends one at a time, in order", async () => {
    const chat = client();
    chat.send("one");
    chat.send("two");
    const socket = await welcome();
    expect(socket.of("send").map(({ text }) => text)).toEqual(["one"]);
    socket.tell({ type: "opened", conversation: "c" });
    socket.tell({ type: "done", id: socket.of("send")[0]?.id ?? "", seq: 1 });
    expect(socket.of("send").map(({ text }) => text)).toEqual(["one", "two"]);
  });

  it("sends again with the same id what was not answered when the connection broke", async () => {
    const chat = client();
    chat.send("one");
    const first = await welcome();
    first.end(1006);
    await comesBack();
    const second = await welcome("c");
    expect(second).not.toBe(first);
    expect(second.of("send")[0]?.id).toBe(first.of("send")[0]?.id);
  });

  it("does the same after a reload, and shows the stored message once", async () => {
    const before = client();
    before.send("one");
    const first = await welcome();
    before.end();
    const after = client();
    await after.begin();
    const second = await welcome("c");
    second.tell(event(1, said("visitor", "one")));
    expect(after.unsent()).toEqual([]);
    expect(after.thread.lines).toHaveLength(1);
    const id = second.of("send")[0]?.id ?? "";
    expect(id).toBe(first.of("send")[0]?.id);
    second.tell({ type: "done", id, seq: 1 });
    expect(after.outbox.waiting).toEqual([]);
    expect(after.thread.lines).toHaveLength(1);
  });

  it("tries a refusal that passes again with the same id, after a while", async () => {
    const chat = client();
    chat.send("one");
    const socket = await welcome();
    const id = socket.of("send")[0]?.id ?? "";
    socket.tell({ type: "refused", id, problem: problem(true) });
    expect(socket.of("send")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket.of("send").map((frame) => frame.id)).toEqual([id, id]);
  });

  it("shows a final refusal, goes on with the next, and tries again under a new id", async () => {
    const chat = client();
    chat.send("one");
    chat.send("two");
    const socket = await welcome();
    const id = socket.of("send")[0]?.id ?? "";
    socket.tell({ type: "refused", id, problem: problem(false) });
    expect(chat.unsent()[0]?.failed).toBe("Not now");
    expect(socket.of("send")[1]?.text).toBe("two");
    const [failed] = chat.unsent();
    if (failed) chat.retry(failed);
    expect(chat.unsent().map(({ failed }) => failed)).toEqual([null, null]);
    expect(chat.outbox.waiting.some(({ change }) => change.id === id)).toBe(false);
  });

  it("lets go of a socket that never answers", async () => {
    const chat = client();
    chat.send("one");
    const socket = await welcome();
    await vi.advanceTimersByTimeAsync(PATIENCE);
    expect([socket.closed, chat.status]).toEqual([true, "lost"]);
  });

  it("asks for a person in words where no conversation is open yet", async () => {
    const chat = client();
    chat.requestPerson("Talk to a person");
    const socket = await welcome();
    expect(socket.of("send")[0]?.text).toBe("Talk to a person");
    expect(socket.of("request_person")).toEqual([]);
    socket.tell({ type: "opened", conversation: "c" });
    socket.tell({ type: "done", id: socket.of("send")[0]?.id ?? "", seq: 1 });
    expect(socket.of("request_person")).toHaveLength(1);
  });

  it("shows thumbs at once and takes them back where they are refused", async () => {
    const chat = client();
    chat.connect();
    const socket = await welcome("c");
    socket.tell(event(1, { ...said("assistant", "A"), turn: 1 } as VisitorEventBody));
    chat.rateMessage(1, false);
    expect(chat.thumbs(1)).toBe(false);
    const id = socket.of("rate_message")[0]?.id ?? "";
    socket.tell({ type: "refused", id, problem: problem(false) });
    expect([chat.thumbs(1), chat.passing]).toEqual([null, "Not now"]);
  });
});

describe("coming back", () => {
  it("resumes after the last version, and tells only what is new", async () => {
    const chat = client();
    chat.connect();
    const first = await welcome("c");
    first.tell(event(4, said("assistant", "old")));
    first.end(1006);
    await comesBack();
    const second = await welcome("c");
    expect(second.of("hello")[0]).toMatchObject({ conversation: "c", after: 4 });
    second.tell(event(4, said("assistant", "old")));
    second.tell(event(5, said("assistant", "new")));
    expect(chat.thread.lines).toHaveLength(2);
    expect(heard).toEqual(["new"]);
  });

  it("forgets what it showed where the server says so", async () => {
    const chat = client();
    chat.connect();
    const first = await welcome("c");
    first.tell(event(4, said("assistant", "old")));
    first.end(1006);
    await comesBack();
    await welcome("d", true);
    expect([chat.thread.conversation, chat.thread.version, chat.thread.lines]).toEqual(["d", 0, []]);
  });

  it("doubles its delay to half a minute and never gives up", async () => {
    const chat = client();
    chat.connect();
    const delays: number[] = [];
    for (let i = 0; i < 12; i++) {
      await settle();
      const count = FakeSocket.all.length;
      last().end(1006);
      let waited = 0;
      while (FakeSocket.all.length === count) {
        await vi.advanceTimersByTimeAsync(250);
        waited += 250;
      }
      delays.push(waited);
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, ...Array(6).fill(30_000)]);
    expect(chat.status).toBe("blocked");
    await welcome();
    expect(chat.status).toBe("online");
  });

  it("comes back when a restarting server says", async () => {
    client().connect();
    (await welcome()).end(1012, "2500");
    await vi.advanceTimersByTimeAsync(2499);
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("becomes a new visitor when its secret is not valid, and keeps its messages", async () => {
    const chat = client();
    chat.connect();
    const socket = await welcome("c");
    socket.tell(event(1, said("visitor", "old")));
    chat.send("still here");
    socket.end(4401);
    await comesBack();
    const next = await welcome();
    expect(next.of("hello")[0]).toMatchObject({ visitor: "v2", conversation: null, after: 0 });
    expect(next.of("send")[0]?.text).toBe("still here");
    expect(chat.thread.lines).toEqual([]);
  });

  it("does not send a malformed frame again", async () => {
    const chat = client();
    chat.send("one");
    (await welcome()).end(4400);
    await comesBack();
    expect((await welcome()).of("send")).toEqual([]);
    expect(chat.unsent()[0]?.failed).toBe("");
  });

  it("notices a dead connection by its heartbeat", async () => {
    const chat = client();
    chat.connect();
    const socket = await welcome();
    await vi.advanceTimersByTimeAsync(8000);
    expect(socket.of("ping")).toHaveLength(1);
    socket.tell({ type: "pong" });
    await vi.advanceTimersByTimeAsync(8000 + PATIENCE);
    expect([chat.status, socket.closed]).toEqual(["lost", true]);
  });

  it("does not wait out its delay when the browser is online again", async () => {
    const chat = client();
    await chat.begin();
    chat.connect();
    (await welcome()).end(1006);
    dispatchEvent(new Event("online"));
    await settle();
    expect(FakeSocket.all).toHaveLength(2);
  });
});

describe("the end", () => {
  it("is the end, also with something left to send", async () => {
    const chat = client();
    chat.connect();
    await welcome();
    chat.send("one");
    chat.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([chat.status, FakeSocket.all.length]).toEqual(["idle", 1]);
  });
});

describe("typing", () => {
  it("is told at most every three seconds, and ends by itself", async () => {
    const chat = client();
    chat.connect();
    const socket = await welcome("c");
    const told = () => socket.of("typing").map(({ typing }) => typing);
    for (let i = 0; i < 5; i++) chat.setTyping(true);
    expect(told()).toEqual([true]);
    await vi.advanceTimersByTimeAsync(3000);
    chat.setTyping(true);
    await vi.advanceTimersByTimeAsync(6000);
    expect(told()).toEqual([true, true, false]);
  });

  it("of an agent is forgotten after six seconds", async () => {
    const chat = client();
    chat.connect();
    (await welcome("c")).tell({ type: "typing", name: "Anna", typing: true });
    expect(chat.typing).toBe("Anna");
    await vi.advanceTimersByTimeAsync(6000);
    expect(chat.typing).toBeNull();
  });
});
