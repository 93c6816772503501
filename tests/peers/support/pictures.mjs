// Pictures of what a test comes by, for whoever wants to look: `DOORWARD_PICTURES=folder` asks for them. Without it none is
// drawn, as no test depends on one and drawing takes longer than the rest of a look.
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const { DOORWARD_PICTURES } = process.env;

/** Whether pictures are asked for. */
export const pictured = Boolean(DOORWARD_PICTURES);

/** Leaves the page, whole, as `name`.png in the folder for pictures, where one is asked for. */
export async function picture(page, name) {
  if (!pictured) return;
  mkdirSync(DOORWARD_PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(DOORWARD_PICTURES, `${name}.png`), fullPage: true });
}
