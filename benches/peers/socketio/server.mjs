// What a team writes by hand in an afternoon: persist, then fan out; a claim is a compare-and-set.
// Environment: PORT (0: a free one), DATABASE (file), SYNCHRONOUS (FULL or NORMAL). Prints "listening PORT".
import { createServer } from "node:http";
import Database from "better-sqlite3";
import { Server } from "socket.io";

const database = new Database(process.env.DATABASE);
database.pragma("journal_mode = WAL");
database.pragma(`synchronous = ${process.env.SYNCHRONOUS === "NORMAL" ? "NORMAL" : "FULL"}`);
database.exec(`
  CREATE TABLE IF NOT EXISTS conversations (id INTEGER PRIMARY KEY, holder TEXT);
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS messages_by_conversation ON messages (conversation, id);
`);
const open = database.prepare("INSERT OR IGNORE INTO conversations (id) VALUES (?)");
const openMany = database.transaction((first, count) => {
  for (let id = first; id < first + count; id += 1) open.run(id);
});
const append = database.prepare("INSERT INTO messages (conversation, author, body, at) VALUES (?, 'visitor', ?, ?)");
const claim = database.prepare("UPDATE conversations SET holder = ? WHERE id = ? AND holder IS NULL");

const http = createServer();
const io = new Server(http, { serveClient: false, transports: ["websocket"] });

io.on("connection", (socket) => {
  const { role, conversation } = socket.handshake.auth;
  if (role === "dashboard" || role === "agent") {
    socket.join("dashboards");
  } else if (conversation !== undefined) {
    socket.join(`conversation:${conversation}`);
  }

  socket.on("message", (body, acknowledge) => {
    const at = Date.now();
    const { lastInsertRowid: id } = append.run(conversation, body, at);
    io.to("dashboards").emit("message", { id, conversation, author: "visitor", body, at });
    acknowledge({ id });
  });

  socket.on("claim", (wanted, agent, acknowledge) => {
    const won = claim.run(agent, wanted).changes === 1;
    if (won) io.to("dashboards").emit("claimed", { conversation: wanted, agent });
    acknowledge({ won });
  });

  socket.on("open", (first, count, acknowledge) => {
    openMany(first, count);
    acknowledge({});
  });
});

http.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening ${http.address().port}`);
});
