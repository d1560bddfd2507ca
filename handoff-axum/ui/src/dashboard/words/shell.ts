import { plural } from "./format";

export const words = {
  places: { live: "Live", queue: "Queue", inbox: "Inbox", settings: "Settings" },
  inboxHint: "Conversations that you hold",
  navigation: "Places",
  skip: "Skip to content",
  you: (name: string, role: string) => `${name}, ${role}`,
  account: "Account",
  signOut: "Sign out",
  mySettings: "My settings",
  keys: "Keyboard shortcuts",
  search: "Search",
  mute: "Mute sounds",
  unmute: "Turn sounds on",
  connected: "Connected",
  connecting: "Connecting",
  reconnecting: (time: string) => `Reconnecting, data from ${time}`,
  disconnected: (wait: string, time: string | null) =>
    time
      ? `Disconnected, trying again in ${wait}. Data from ${time}`
      : `Disconnected, trying again in ${wait}`,
  caughtUp: (n: number) => `${plural(n, "update", "updates")} received`,
  signedOut: "Signed out",
  outdated: "This page is older than the server",
  reload: "Reload",
  tryNow: "Try now",
  notices: "Notifications",
  notConnected: "Not connected: this works again as soon as the connection is back.",
};
