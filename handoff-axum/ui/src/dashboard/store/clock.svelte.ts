/** How often times of an hour's grain are looked at again, in milliseconds. */
const COARSE = 15_000;

/** The server's time as this page knows it. Reading `second` costs a view an update a second; boards read `coarse`. */
class Clock {
  second = $state(Date.now());
  coarse = $state(Date.now());
  private offset = 0;
  private listeners: (() => void)[] = [];

  constructor() {
    setInterval(() => {
      this.second = this.now();
    }, 1_000);
    setInterval(() => this.tick(), COARSE);
  }

  now(): number {
    return Date.now() + this.offset;
  }

  /** The server said what time it is: a wrong clock of this machine must not show wrong waiting times. */
  set(now: number): void {
    this.offset = now - Date.now();
    this.tick();
  }

  onTick(run: () => void): void {
    this.listeners.push(run);
  }

  private tick(): void {
    this.coarse = this.now();
    this.second = this.coarse;
    for (const run of this.listeners) run();
  }
}

export const clock = new Clock();
