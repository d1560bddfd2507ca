import type { VisitorId } from "../../wire/VisitorId.ts";
import type { Storage } from "./storage.ts";

/** An identity that the host's server signed. */
export interface SignedIdentity {
  user: string;
  expires: number;
  signature: string;
  name?: string;
  email?: string;
}

/** Opens this visitor's conversations. */
export interface Session {
  visitor: VisitorId;
  secret: string;
  /** The host's name for the visitor, where the host signed it. */
  user?: string;
}

export const SESSION_KEY = "session";

export const keptSession = (storage: Storage): Session | null => storage.read<Session>(SESSION_KEY);

/** The visitor's session, made on first need. Of two tabs that make one at once, both use the one that was kept first. */
export async function obtainSession(
  storage: Storage,
  base: string,
  service: string,
  identity?: SignedIdentity,
): Promise<Session> {
  const kept = keptSession(storage);
  if (kept) return kept;
  const response = await fetch(`${base}api/v1/visitor/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "omit",
    body: JSON.stringify({ service, identity }),
  });
  if (!response.ok) throw new Error(`session refused: ${response.status}`);
  const { visitor, secret } = (await response.json()) as Session;
  const other = keptSession(storage);
  if (other && other.user === identity?.user) return other;
  const session = { visitor, secret, user: identity?.user };
  storage.write(SESSION_KEY, session);
  return session as Session;
}
