export interface SnoozeChoice {
  label: string;
  until: number;
}

const MINUTE = 60_000;

/** Moments that an agent may want a conversation back at, in the agent's own time zone. */
export function snoozeChoices(now: number): SnoozeChoice[] {
  const at = (days: number, hour: number) => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    date.setHours(hour, 0, 0, 0);
    return date.getTime();
  };
  const monday = (8 - new Date(now).getDay()) % 7 || 7;
  return [
    { label: "In 15 minutes", until: now + 15 * MINUTE },
    { label: "In 1 hour", until: now + 60 * MINUTE },
    { label: "In 3 hours", until: now + 180 * MINUTE },
    { label: "Tomorrow at 9", until: at(1, 9) },
    { label: "On Monday at 9", until: at(monday, 9) },
  ];
}
