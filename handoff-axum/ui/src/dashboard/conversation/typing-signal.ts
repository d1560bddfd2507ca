/** Typing is told at most so often, in milliseconds. */
const EVERY = 3_000;
/** No key for so long: no longer typing, in milliseconds. */
const RESTS = 5_000;

/** Tells the others that the agent types: not at every key, and the end as well. */
export class TypingSignal {
  private toldAt = 0;
  private on = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: (typing: boolean) => void) {}

  key(): void {
    const now = Date.now();
    if (!this.on || now - this.toldAt >= EVERY) {
      this.on = true;
      this.toldAt = now;
      this.tell(true);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stop(), RESTS);
  }

  stop(): void {
    clearTimeout(this.timer);
    if (!this.on) return;
    this.on = false;
    this.tell(false);
  }
}
