import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder =
  process.env.SCREENSHOTS ?? fileURLToPath(new URL("../../../../target/screenshots/", import.meta.url));

/** Leaves a picture of the page. */
export async function picture(page, name) {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
