export const title = "Keyboard shortcuts";
export const note = "Single keys never work while you type. You can switch them off in your settings.";

export interface KeyGroup {
  title: string;
  keys: readonly (readonly [keys: readonly string[], does: string])[];
}

export const groups: readonly KeyGroup[] = [
  {
    title: "Everywhere",
    keys: [
      [["Ctrl/⌘", "K"], "Search and go to"],
      [["/"], "Search in this list"],
      [["?"], "This list"],
      [["G", "L"], "Live"],
      [["G", "Q"], "Queue"],
      [["G", "I"], "Inbox"],
      [["G", "S"], "Settings"],
      [["Shift", "M"], "Sounds on or off"],
    ],
  },
  {
    title: "Lists",
    keys: [
      [["J"], "Next conversation (or arrow down)"],
      [["K"], "Previous conversation (or arrow up)"],
      [["Enter"], "Open it"],
      [["."], "Next that needs attention"],
      [[","], "Previous that needs attention"],
      [["1"], "Only AI active, again for all"],
      [["2"], "Only waiting"],
      [["3"], "Only human takeover"],
      [["4"], "Only paused"],
      [["0"], "Clear all filters"],
      [["X"], "Choose the row, in the queue"],
      [["Shift", "X"], "Choose up to the row, in the queue"],
    ],
  },
  {
    title: "Conversation",
    keys: [
      [["T"], "Take over, or request control"],
      [["B"], "Return to the assistant"],
      [["L"], "Release"],
      [["E"], "Resolve"],
      [["Shift", "E"], "Resolve and go to the next"],
      [["Z"], "Snooze"],
      [["A"], "Hand to somebody else"],
      [["C"], "Category"],
      [["R"], "Write a reply"],
      [["N"], "Write a note"],
      [["U"], "Close it and mark it as unread"],
      [["D"], "Show or hide the customer"],
      [["Esc"], "Close"],
    ],
  },
  {
    title: "Composer",
    keys: [
      [["Enter"], "Send"],
      [["Shift", "Enter"], "New line"],
      [["Ctrl/⌘", "Enter"], "Send, whatever is set for Enter"],
      [["Alt", "P"], "Switch to note"],
      [["Alt", "L"], "Switch to reply"],
      [["Esc"], "Give the floor back if nothing was sent yet; leave the composer, the draft stays"],
    ],
  },
];
