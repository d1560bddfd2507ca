/** The icons that the pages use, by their names in Lucide. The build puts them into one sprite, `icons.svg`. */
export const ICONS = ["radio", "list", "inbox", "settings"] as const;

export type IconName = (typeof ICONS)[number];
