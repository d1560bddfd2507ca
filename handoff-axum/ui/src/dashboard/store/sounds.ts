/** In how many tabs the dashboard may be open: the one that holds this lock makes the sounds. */
const LOCK = "handoff-sounds";

type Tone = "attention" | "request";

/** Frequencies in Hz, one after another. */
const MELODIES: Record<Tone, readonly number[]> = {
  attention: [660, 880],
  request: [740, 740, 990],
};
const NOTE = 0.16;

/** Sounds of two or three notes. Browsers keep a page silent until its first click, and so does this. */
export class Sounds {
  private context: AudioContext | null = null;
  private leads = false;

  constructor(private readonly wanted: () => boolean) {
    addEventListener("pointerdown", () => this.unlock(), { once: true });
    addEventListener("keydown", () => this.unlock(), { once: true });
  }

  play(tone: Tone): void {
    if (!this.context || !this.leads || !this.wanted()) return;
    MELODIES[tone].forEach((frequency, index) => {
      this.note(frequency, index * NOTE);
    });
  }

  private unlock(): void {
    if (this.context || typeof AudioContext === "undefined") return;
    this.context = new AudioContext();
    this.lead();
  }

  /** Waits for the lock and keeps it as long as the tab lives; without locks every tab plays. */
  private lead(): void {
    if (!("locks" in navigator)) {
      this.leads = true;
      return;
    }
    void navigator.locks.request(LOCK, () => {
      this.leads = true;
      return new Promise<never>(() => {});
    });
  }

  private note(frequency: number, after: number): void {
    const { context } = this;
    if (!context) return;
    const start = context.currentTime + after;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.18, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + NOTE);
    const voice = context.createOscillator();
    voice.type = "sine";
    voice.frequency.value = frequency;
    voice.connect(gain).connect(context.destination);
    voice.start(start);
    voice.stop(start + NOTE);
  }
}
