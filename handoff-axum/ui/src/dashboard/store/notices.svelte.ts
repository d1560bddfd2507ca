/** So many toasts show at once; the others wait. */
export const MOST_SHOWN = 3;
/** So many wait at most; older ones are dropped, the board has them. */
const MOST_KEPT = 30;
/** A toast stays so long where nobody points at it, in milliseconds. */
export const STAYS = 9_000;

export type Tone = "attention" | "request" | "info" | "problem" | "good";

export interface NoticeAction {
  label: string;
  primary?: boolean;
  run: () => void;
}

export interface Notice {
  id: number;
  /** A later notice with the same key replaces this one. */
  key: string;
  tone: Tone;
  title: string;
  text: string;
  conversation: string | null;
  /** When the occasion passes: the toast counts down to it and then goes. */
  until: number | null;
  actions: NoticeAction[];
}

export type NewNotice = Partial<Notice> & Pick<Notice, "tone" | "title">;

/** What pops up, on every page of the dashboard. */
export class Notices {
  all = $state.raw<readonly Notice[]>([]);
  private next = 1;

  /** Shows a notice. */
  show(notice: NewNotice): Notice {
    const id = this.next++;
    const whole: Notice = {
      key: `n${id}`,
      text: "",
      conversation: null,
      until: null,
      actions: [],
      ...notice,
      id,
    };
    const others = this.all.filter((one) => one.key !== whole.key);
    this.all = [...others, whole].slice(-MOST_KEPT);
    return whole;
  }

  dismiss(id: number): void {
    this.all = this.all.filter((one) => one.id !== id);
  }

  drop(key: string): void {
    if (this.all.some((one) => one.key === key)) this.all = this.all.filter((one) => one.key !== key);
  }
}
