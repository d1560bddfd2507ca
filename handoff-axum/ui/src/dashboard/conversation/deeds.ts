/** What the buttons and keys of a conversation's panel do. */
export interface PanelDeeds {
  takeOver: () => void;
  request: () => void;
  withdraw: () => void;
  force: () => void;
  giveBack: () => void;
  release: () => void;
  transfer: () => void;
  resolve: () => void;
  reopen: () => void;
  snooze: () => void;
  wake: () => void;
  category: () => void;
  autonomy: () => void;
  whisper: () => void;
  close: () => void;
}
