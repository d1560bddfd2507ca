/** Puts the icons' sprite into the page, once: a `<use>` of the page's own shows at once wherever it appears. */
export async function loadSprite(): Promise<void> {
  const response = await fetch(`${import.meta.env.BASE_URL}icons.svg`);
  if (!response.ok) return;
  const parsed = new DOMParser().parseFromString(await response.text(), "image/svg+xml");
  const sprite = document.importNode(parsed.documentElement, true);
  sprite.setAttribute("hidden", "");
  document.body.prepend(sprite);
}
