export const words = {
  title: "Search and go to",
  placeholder: "Name, e-mail, page or any words of a conversation",
  places: "Go to",
  conversations: "Conversations",
  nothing: "No conversation has all of these words.",
  searching: "Searching…",
  go: (place: string) => `Go to ${place}`,
  service: (name: string) => `Settings of ${name}`,
  team: "Team",
  categories: "Categories",
  me: "My settings",
};
