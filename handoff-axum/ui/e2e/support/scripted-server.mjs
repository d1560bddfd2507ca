import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const built = (name) => readFileSync(new URL(`../../dist/${name}`, import.meta.url));
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'";

/** A page that does its worst to what is embedded in it. */
const HOSTILE = `* { color: red !important; font-size: 40px !important; letter-spacing: 4px !important; text-transform: uppercase !important;
  border: 3px dashed lime !important; float: left !important; visibility: hidden }
body, h1, p { visibility: visible }`;

const page = (
  lang,
) => `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>A hostile page</title>
<link rel="stylesheet" href="/style.css"><meta name="viewport" content="width=device-width">
<body><h1>Shop</h1><p>Words of the page</p><script async src="/widget.js" data-service="store" charset="utf-8"></script></body></html>`;

/** Speaks the visitor's side of the protocol as a test tells it to: every state of the widget can be had at will. */
export class ScriptedServer {
  look = {
    title: "Mossfoot",
    greeting: "Hello! Ask me about orders, sizes and returns, or ask for a person.",
    color: "#1f5b3a",
    contact: "mailto:help@mossfoot.example",
    suggestions: ["How long does delivery take?", "Can I return boots that I wore?"],
  };
  mode = "supported";
  heartbeat = 20_000;
  conversation = null;
  events = [];
  epoch = 1;
  sockets = new Set();
  /** Frames of the widget, the oldest first. */
  got = [];
  sessions = 0;
  /** Whether a `send` is answered at once. */
  answers = true;
  reachable = true;

  async listen() {
    this.http = createServer((request, response) => this.serve(request, response));
    await new Promise((resolve) => this.http.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.http.address().port}`;
    return this;
  }

  close() {
    this.http.close();
  }

  /** The page's sockets come here instead of the network. */
  async attach(page) {
    await page.routeWebSocket(/\/api\/v1\/visitor\/socket$/, (socket) => {
      if (!this.reachable) return socket.close({ code: 1011 });
      this.sockets.add(socket);
      socket.onMessage((text) => this.receive(socket, JSON.parse(text)));
      socket.onClose(() => this.sockets.delete(socket));
    });
  }

  serve(request, response) {
    const path = request.url.split("?")[0];
    const send = (type, body, status = 200) => {
      response.writeHead(status, { "content-type": type, "content-security-policy": CSP });
      response.end(body);
    };
    if (/^\/widget(-words)?\.js$/.test(path))
      return send("text/javascript; charset=utf-8", built(path.slice(1)));
    if (path === "/style.css") return send("text/css", HOSTILE);
    if (path === "/api/v1/visitor/session") {
      this.sessions++;
      return send(
        "application/json",
        JSON.stringify({ visitor: `v${this.sessions}`, secret: "s".repeat(43) }),
      );
    }
    if (path.startsWith("/api/v1/visitor/services/")) {
      return send("application/json", JSON.stringify({ look: this.look, mode: this.mode }));
    }
    send("text/html", page(new URL(request.url, this.url).searchParams.get("lang") ?? "en"));
  }

  receive(socket, frame) {
    this.got.push(frame);
    const tell = (answer) => socket.send(JSON.stringify(answer));
    if (frame.type === "ping") tell({ type: "pong" });
    if (frame.type === "hello") {
      const reset = frame.after > 0 && frame.conversation !== this.conversation;
      const { conversation, look, mode } = this;
      const now = Date.now();
      tell({
        type: "welcome",
        protocol: 1,
        conversation,
        reset,
        look,
        mode,
        heartbeat_ms: this.heartbeat,
        now,
      });
      const events = this.events.filter((event) => event.seq > frame.after);
      tell({ type: "events", events, version: this.version, caught_up: true });
    }
    if ("id" in frame && this.answers) this.answer(frame);
  }

  get version() {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** Does what was asked for, and says so. */
  answer(frame) {
    if (frame.type === "send" && !this.conversation) {
      this.conversation = "c1";
      this.tell({ type: "opened", conversation: "c1" });
      this.events = [];
      this.epoch = 1;
    }
    if (frame.type === "send") {
      this.happen({
        type: "message",
        from: "visitor",
        name: null,
        text: frame.text,
        sources: [],
        turn: null,
      });
    }
    if (frame.type === "rate_message") {
      this.happen({ type: "message_rated", message: frame.message, up: frame.up });
    }
    this.tell({ type: "done", id: frame.id, seq: this.version });
  }

  tell(frame) {
    for (const socket of this.sockets) socket.send(JSON.stringify(frame));
  }

  /** Something happens in the conversation. */
  happen(body, changesControl = false) {
    if (changesControl) this.epoch++;
    const event = { seq: this.version + 1, at: Date.now(), epoch: this.epoch, body };
    this.events.push(event);
    this.tell({ type: "events", events: [event], version: event.seq, caught_up: true });
  }

  piece(turn, offset, text, epoch = this.epoch) {
    this.tell({ type: "piece", turn, epoch, offset, text });
  }

  /** The assistant says something whole. */
  say(text, turn, sources = []) {
    this.happen({ type: "reply_started", turn });
    this.happen({ type: "message", from: "assistant", name: null, text, sources, turn });
  }

  /** Ends every socket with this code. */
  cut(code = 1011, reason = "") {
    for (const socket of this.sockets) socket.close({ code, reason });
    this.sockets.clear();
  }
}
