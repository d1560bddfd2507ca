import { plural } from "./format";

const DETECTORS: Record<string, string> = {
  help_request: "Help requested",
  non_answer: "Non-answer",
  negative_feedback: "Negative feedback",
  rating: "Thumbs down and low ratings",
};

export const words = {
  title: "Dry run",
  text: "See what a detector or a rule would have flagged in past conversations. Nothing is changed by it.",
  service: "Service",
  what: "What to try",
  keywords: "Keywords",
  keywordsHint: "One a line: whole words or phrases, in whatever case.",
  expression: "Regular expression",
  expressionHint: "For example order\\s+#?\\d{4,}",
  detector: (name: string) => `Detector: ${DETECTORS[name] ?? name}`,
  days: "Days to look back",
  run: "Try it",
  running: "Looking…",
  rule: "Rule",
  count: (n: number) => plural(n, "flag", "flags"),
  of: (messages: number, conversations: number) =>
    `in ${plural(messages, "message or rating", "messages and ratings")} of ${plural(conversations, "conversation", "conversations")}.`,
  notWhole: "Only the newest conversations of the period were looked at.",
  notAll: (n: number) => `The first ${n} are shown.`,
  openFrom: (time: string) => `Open the conversation, flagged ${time}`,
};
