export const words = {
  waits: "Waiting for a person",
  open: "Open",
  grant: "Grant",
  deny: "Deny",
  nobody: "Somebody",
  notDone: "That was not done",
  asksForControl: (agent: string, visitor: string) => `${agent} asks for control of ${visitor}`,
  requestRefused: (holder: string) => `${holder} keeps this conversation`,
  gotControl: (visitor: string) => `You now handle ${visitor}`,
  lostControl: (holder: string, visitor: string) => `${holder} now handles ${visitor}`,
  more: (n: number) => `${n} more`,
  dismiss: "Dismiss",
};
