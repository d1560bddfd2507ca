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

/** The visitor's session of one service, kept in the browser and made on first need. */
export class Sessions {
  private identity: SignedIdentity | null = null;

  constructor(
    private readonly storage: Storage,
    private readonly base: string,
    private readonly service: string,
  ) {}

  get(): Session | null {
    return this.storage.read<Session | null>(SESSION_KEY);
  }

  forget(): void {
    this.storage.remove(SESSION_KEY);
  }

  /** Who the host says this is, from now on; false where the session is that one's already. */
  sign(identity: SignedIdentity | null): boolean {
    this.identity = identity;
    if (identity && this.get()?.user === identity.user) return false;
    this.forget();
    return true;
  }

  /** The session, made where there is none. Of two tabs that make one at once, both use the one that was kept first. */
  async obtain(): Promise<Session> {
    const kept = this.get();
    if (kept) return kept;
    const { identity, service } = this;
    const response = await fetch(`${this.base}api/v1/visitor/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      credentials: "omit",
      body: JSON.stringify(identity ? { service, identity } : { service }),
    });
    if (!response.ok) throw new Error(`session refused: ${response.status}`);
    const { visitor, secret } = (await response.json()) as Session;
    const other = this.get();
    if (other && other.user === identity?.user) return other;
    const session: Session = { visitor, secret };
    if (identity) session.user = identity.user;
    this.storage.write(SESSION_KEY, session);
    return session;
  }
}
