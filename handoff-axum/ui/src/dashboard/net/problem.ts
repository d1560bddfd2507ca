import type { Problem } from "../../wire/Problem";

/** A refused request, over HTTP or the socket: its message is the sentence for people. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
    this.name = "Refusal";
  }

  /** The stable code, like `held_by`. */
  get code(): string {
    return this.problem.rejection?.code ?? this.problem.type.replace(/^.*\//, "");
  }
}

/** A problem of our own making, for what never reached the server. */
export function localProblem(code: string, title: string, status = 0, retry = true): Problem {
  return { type: `/problems/${code}`, status, title, retry };
}

/** Reads a problem+json body; whatever else came becomes a problem with the status in words. */
export function readProblem(body: unknown, status: number): Problem {
  if (body !== null && typeof body === "object" && "title" in body && typeof body.title === "string") {
    return { retry: false, type: "/problems/unknown", ...body, status, title: body.title };
  }
  const title =
    status >= 500
      ? "The server could not do that just now. Try again in a moment."
      : `The server refused this request (status ${status}).`;
  return localProblem("unknown", title, status, status >= 500 || status === 429);
}

/** What to tell a person about any failure. */
export function sentence(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return "Something went wrong on this page. Reload it, and tell your administrator if it happens again.";
}

/** The server's id of a failed request, for whoever looks into the log. */
export function requestId(error: unknown): string | null {
  return error instanceof Refusal ? (error.problem.request_id ?? null) : null;
}
