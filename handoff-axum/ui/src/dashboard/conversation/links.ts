export interface SafeLink {
  href: string;
  /** Shown beside the link, where it leads elsewhere than this server. */
  host: string;
}

/** A link that the assistant named, if it is one that may be followed: HTTP only, and its host is always shown. */
export function linkOf(url: string | null | undefined): SafeLink | null {
  if (!url) return null;
  try {
    const parsed = new URL(url, location.origin);
    if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return null;
    return { href: parsed.href, host: parsed.origin === location.origin ? "" : parsed.host };
  } catch {
    return null;
  }
}
