import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./browser.mjs";

const binary =
  process.env.HANDOFF_BIN ?? fileURLToPath(new URL("../../../../target/debug/handoff", import.meta.url));
/** Milliseconds between two pieces of a reply: slow enough to step in between. */
const PACE = 150;

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The real server, on a data folder of its own that outlives each of its processes. */
export class Server {
  static async start() {
    if (!existsSync(binary)) throw new Error(`there is no ${binary}: run "cargo build" first`);
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), "handoff-e2e-"));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.up();
    return server;
  }

  async up() {
    const options = {
      listen: `127.0.0.1:${this.port}`,
      data: this.folder,
      "assistant-pace": PACE,
      log: "warn",
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.said = "";
    this.process = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on("data", (text) => {
        this.said += text;
      });
    }
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    await until(`the server to be ready\n${this.said}`, async () => {
      if (this.process.exitCode !== null) throw new Error(`it ended:\n${this.said}`);
      return (await fetch(`${this.url}/healthz`)).ok;
    });
  }

  /** The one-time link that makes the owner's account. */
  get ownerLink() {
    return /\S+\/setup#\S+/.exec(this.said)?.[0];
  }

  /** As a power cut of the process: nothing is said, nothing is finished. */
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    this.process.kill("SIGTERM");
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
