import type { Card } from "../../wire/Card";
import type { Colleague } from "../../wire/Colleague";
import type { DryRunReport } from "../../wire/DryRunReport";
import type { Event } from "../../wire/Event";
import type { Me } from "../../wire/Me";
import type { Mode } from "../../wire/Mode";
import type { Page } from "../../wire/Page";
import type { Reply } from "../../wire/Reply";
import type { Role } from "../../wire/Role";
import type { Service } from "../../wire/Service";
import type { ServiceView } from "../../wire/ServiceView";
import type { Summary } from "../../wire/Summary";
import { localProblem, Refusal, readProblem } from "./problem";

const BASE = "/api/v1";
/** No answer for so long counts as none, in milliseconds. */
const TIMEOUT = 20_000;

export interface CardPage {
  cards: Card[];
  next: string | null;
}

export interface Detail {
  card: Card;
  facts: { name: string; value: string }[];
  instruction: string | null;
  draft: { turn: number; reply: Reply; deadline: number } | null;
  opened_page: Page | null;
}

/** What a dry run tries. */
export type Trial =
  | { type: "detector"; name: string }
  | { type: "keywords"; keywords: string[] }
  | { type: "expression"; expression: string };

export interface Category {
  name: string;
  color: string;
}

/** Called for each 401 beside the sign-in's own: the session ended. */
let onSignedOut: () => void = () => {};

export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch {
    throw new Refusal(
      localProblem("unreachable", "The server cannot be reached. Check your connection and try again."),
    );
  }
  const content = await response.text();
  const parsed = parse(content);
  if (response.ok) return parsed as T;
  if (response.status === 401 && path !== "/session") onSignedOut();
  throw new Refusal(readProblem(parsed, response.status));
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

const id = encodeURIComponent;

/** The server's REST interface, as far as the dashboard uses it. Every call ends with a `Refusal` where it fails. */
export const api = {
  me: () => request<Me>("GET", "/session"),
  signIn: (email: string, password: string) => request<Me>("POST", "/session", { email, password }),
  signOut: () => request<null>("DELETE", "/session"),
  acceptInvitation: (token: string, name: string, email: string, password: string) =>
    request<Me>("POST", "/invitations/accept", { token, name, email, password }),

  services: () => request<ServiceView[]>("GET", "/services"),
  createService: (service: Service) => request<ServiceView>("POST", "/services", { service }),
  saveService: (service: Service, version: number) =>
    request<ServiceView>("PUT", `/services/${id(service.id)}`, { version, service }),
  setMode: (mode: Mode, services?: string[]) =>
    request<ServiceView[]>("POST", "/services/mode", services ? { mode, services } : { mode }),

  conversations: (query: URLSearchParams) => request<CardPage>("GET", `/conversations?${query}`),
  conversation: (conversation: string) => request<Detail>("GET", `/conversations/${id(conversation)}`),
  events: (conversation: string, after: number, limit: number) =>
    request<{ events: Event[]; version: number }>(
      "GET",
      `/conversations/${id(conversation)}/events?after=${after}&limit=${limit}`,
    ),

  summary: (conversation: string) => request<Summary>("GET", `/conversations/${id(conversation)}/summary`),

  detectors: () => request<string[]>("GET", "/detectors"),
  dryRun: (service: string, what: Trial, days: number) =>
    request<DryRunReport>("POST", `/services/${id(service)}/dry-run`, { what, days }),

  team: () => request<Colleague[]>("GET", "/team"),
  invite: (role: Role) =>
    request<{ link: string; expires_at: number }>("POST", "/team/invitations", { role }),
  categories: () => request<Category[]>("GET", "/categories"),
  saveCategory: (name: string, color: string) =>
    request<unknown>("PUT", `/categories/${id(name)}`, { color }),
  deleteCategory: (name: string) => request<unknown>("DELETE", `/categories/${id(name)}`),
};
