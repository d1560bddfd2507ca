import { h } from "./dom.ts";

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?()[\]{}]/gi;

/** An address that may be opened: http or https, and no user name in it that poses as a host. */
export function safeUrl(text: string, base?: string): URL | null {
  try {
    const url = new URL(text, base);
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null;
  } catch {
    return null;
  }
}

export function link(url: URL, text: string): HTMLAnchorElement {
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}

/** The text with its plain addresses as links. The host that a link leads to is always to be read in it. */
export function linked(text: string): (string | HTMLAnchorElement)[] {
  const parts: (string | HTMLAnchorElement)[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const url = safeUrl(match[0]);
    if (!url) continue;
    parts.push(text.slice(end, match.index), link(url, match[0].includes(url.host) ? match[0] : url.href));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}
