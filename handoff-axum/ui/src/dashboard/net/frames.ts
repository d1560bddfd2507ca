import type { TeamFrame } from "../../wire/TeamFrame";

/** A hidden page gets no animation frames: then what came is applied after so long, in milliseconds. */
const HIDDEN_DELAY = 200;

/** Collects frames and hands them on once per animation frame, so that a busy board costs one update a frame. */
export class FrameQueue {
  private frames: TeamFrame[] = [];
  private cancel: (() => void) | null = null;

  constructor(private readonly apply: (frames: TeamFrame[]) => void) {}

  push(frame: TeamFrame): void {
    this.frames.push(frame);
    this.cancel ??= schedule(() => this.flush());
  }

  flush(): void {
    this.cancel?.();
    this.cancel = null;
    const frames = this.frames;
    this.frames = [];
    if (frames.length > 0) this.apply(frames);
  }
}

/** In the next animation frame, or soon where the page is hidden, or becomes it meanwhile. */
function schedule(run: () => void): () => void {
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_DELAY);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
