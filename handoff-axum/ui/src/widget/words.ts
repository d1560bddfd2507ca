/** Every text of the widget that does not come from the service, in the order of the languages below. */
const KEYS = [
  "open",
  "close",
  "write",
  "send",
  "person",
  "connecting",
  "joined",
  "left",
  "waiting",
  "back",
  "assistant",
  "you",
  "typing",
  "sending",
  "sent",
  "failed",
  "retry",
  "lost",
  "blocked",
  "contact",
  "email",
  "emailAsk",
  "save",
  "saved",
  "ended",
  "again",
  "rate",
  "stars",
  "comment",
  "thanks",
  "good",
  "bad",
  "source",
  "unread",
  "chat",
] as const;

export type Words = Record<(typeof KEYS)[number], string>;

/** One line a language: the texts in the order of the keys. `{}` stands for a name, an address or a number. */
export const LANGUAGES: Record<string, string> = {
  en: "Open chat|Close chat|Write a message…|Send|Talk to a person|Connecting you with our team…|{} joined the chat|{} left the chat|Someone from our team will answer you here.|You're back with our assistant.|Assistant|You|{} is typing…|Sending…|Delivered|Not sent.|Try again|Reconnecting… Your messages are kept.|The chat can't be reached right now. Your messages are kept.|Contact us|Your e-mail address|Leave your e-mail address and we'll write to you.|Save|Thank you. We'll write to {}.|This conversation has ended.|Start a new one|How was this conversation?|{} of 5|Anything to add?|Thank you for your rating.|Helpful|Not helpful|Source|New messages|Conversation",
};

/** The first of these languages that the widget speaks, else English. */
export function language(...wanted: (string | null | undefined)[]): string {
  const known = wanted.map((tag) => tag?.toLowerCase().split(/[-_]/)[0] ?? "");
  return known.find((code) => code in LANGUAGES) ?? "en";
}

export function wordsOf(code: string): Words {
  const texts = (LANGUAGES[code] ?? LANGUAGES.en ?? "").split("|");
  return Object.fromEntries(KEYS.map((key, i) => [key, texts[i] ?? ""])) as Words;
}

export const put = (text: string, value: string): string => text.replace("{}", () => value);

export const isRightToLeft = (code: string): boolean => code === "ar";
