export type Place = "live" | "queue" | "inbox" | "settings";
export const PLACES: readonly Place[] = ["live", "queue", "inbox", "settings"];

const BASE = "/dashboard";

/** Asked before the place changes; `false` stays (unsaved settings). */
type Guard = (go: () => void) => boolean;

/** Where this page is: everything that a link should bring back stands in the address. */
class Route {
  path = $state.raw(location.pathname);
  params = $state.raw(new URLSearchParams(location.search));
  private guard: Guard | null = null;

  constructor() {
    addEventListener("popstate", () => this.read());
  }

  /** The place in the rail. */
  get place(): Place {
    const name = this.rest[0];
    return PLACES.find((place) => place === name) ?? "live";
  }

  /** The parts of the path after `/dashboard`. */
  get rest(): string[] {
    return this.path.slice(BASE.length).split("/").filter(Boolean).map(decodeURIComponent);
  }

  get conversation(): string | null {
    return this.params.get("c");
  }

  /** Goes to a place; the open conversation goes along between the lists. */
  go(path: string, params: Record<string, string | null> = {}): void {
    const go = () => this.push(`${BASE}/${path}`, new URLSearchParams(defined(params)));
    if (!this.guard || this.guard(go)) go();
  }

  /** Goes to a place instead of where this page is: a used link is not one to come back to. */
  start(path: string): void {
    this.replace(`${BASE}/${path}`, new URLSearchParams());
  }

  /** Changes parameters of this place; `null` takes one out. Without `push` the step back is not kept. */
  change(params: Record<string, string | null>, push = false): void {
    const next = new URLSearchParams(this.params);
    for (const [name, value] of Object.entries(params)) {
      if (value === null) next.delete(name);
      else next.set(name, value);
    }
    if (next.toString() === this.params.toString()) return;
    if (push) this.push(this.path, next);
    else this.replace(this.path, next);
  }

  openConversation(id: string | null): void {
    const lists: Place[] = ["live", "queue", "inbox"];
    if (lists.includes(this.place)) this.change({ c: id }, true);
    else this.go("live", { c: id });
  }

  /** While the guard is set, leaving asks it first. */
  setGuard(guard: Guard | null): void {
    this.guard = guard;
  }

  private push(path: string, params: URLSearchParams): void {
    history.pushState(null, "", address(path, params));
    this.set(path, params);
  }

  private replace(path: string, params: URLSearchParams): void {
    history.replaceState(null, "", address(path, params));
    this.set(path, params);
  }

  private read(): void {
    this.set(location.pathname, new URLSearchParams(location.search));
  }

  private set(path: string, params: URLSearchParams): void {
    this.path = path;
    this.params = params;
  }
}

function address(path: string, params: URLSearchParams): string {
  const query = params.toString();
  return query ? `${path}?${query}` : path;
}

function defined(params: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== null),
  );
}

export const route = new Route();
