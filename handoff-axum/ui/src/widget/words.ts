/** The words of the widget that do not come from the service, in English. `{}` stands for a name, an address or a number. */
export const ENGLISH = {
  open: "Open chat",
  close: "Close chat",
  write: "Write a message…",
  send: "Send",
  person: "Talk to a person",
  connecting: "Connecting you with our team…",
  joined: "{} joined the chat",
  left: "{} left the chat",
  waiting: "Someone from our team will answer you here.",
  back: "You're back with our assistant.",
  assistant: "Assistant",
  you: "You",
  typing: "{} is typing…",
  sending: "Sending…",
  sent: "Delivered",
  failed: "Not sent.",
  retry: "Try again",
  lost: "Reconnecting… Your messages are kept.",
  blocked: "The chat can't be reached now. Your messages are kept.",
  contact: "Contact us",
  address: "Your e-mail address",
  email: "Leave your e-mail address and we'll write to you.",
  save: "Save",
  saved: "Thank you. We'll write to {}.",
  ended: "This conversation has ended.",
  again: "Start a new one",
  rate: "How was this conversation?",
  stars: "{} of 5",
  comment: "Anything to add?",
  thanks: "Thank you for your rating.",
  good: "Helpful",
  bad: "Not helpful",
  source: "Source",
  unread: "New messages",
  chat: "Conversation",
};

export type Words = typeof ENGLISH;

/** Beside English: in a file of its own, which is loaded only where one of them is wanted. */
const SPOKEN = "en es pt fr de it nl pl tr ar ja zh".split(" ");

/** The first of these languages that the widget speaks, else English. */
export function language(...wanted: (string | null | undefined)[]): string {
  const known = wanted.map((tag) => tag?.toLowerCase().split(/[-_]/)[0] ?? "");
  return known.find((code) => SPOKEN.includes(code)) ?? "en";
}

/** The words of a language from one line, in the order of the English ones; what is missing there stays English. */
export function wordsFrom(line: string | undefined): Words {
  const texts = line?.split("|") ?? [];
  return Object.fromEntries(
    Object.entries(ENGLISH).map(([key, text], i) => [key, texts[i] || text]),
  ) as Words;
}

/** Fetches the words of a language. They are a script, because a page may load scripts from where this one came from. */
export function fetchWords(code: string, home: string): Promise<Words> {
  if (code === "en") return Promise.resolve(ENGLISH);
  return new Promise((resolve) => {
    const page = window as { HandoffWords?: Record<string, string> };
    const done = () => resolve(wordsFrom(page.HandoffWords?.[code]));
    const script = document.createElement("script");
    script.src = `${home}widget-words.js`;
    script.onload = script.onerror = done;
    document.head.append(script);
  });
}

export const put = (text: string, value: string): string => text.replace("{}", () => value);
