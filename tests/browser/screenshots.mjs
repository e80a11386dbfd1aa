// Pictures of every page and every state, at the width of a phone and of a desk, in every language, light and dark, into
// target/screenshots; with --readme also the README's picture.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ROOT } from "./harness/places.mjs";
import { SCENES, stage } from "./harness/scenes.mjs";

const directory = join(ROOT, "target/screenshots");
await mkdir(directory, { recursive: true });
const theStage = await stage();

// Some of it: `node screenshots.mjs --only=fa:reading`.
const [onlyLanguage, onlyScene] = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length).split(":") ?? [];

for (const language of ["en", "ru", "fa"].filter((name) => name === (onlyLanguage ?? name))) {
  for (const [scene, play] of Object.entries(SCENES).filter(([name]) => name === (onlyScene ?? name))) {
    for await (const [state, page] of play({ ...theStage, language })) {
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          const name = `${scene}-${state}-${language}-${width}-${colorScheme}`.replaceAll(/[^a-z0-9-]+/gi, "-");
          await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
        }
      }
    }
  }
}
if (process.argv.includes("--readme")) await takeReadmePicture();
await theStage.strike();

/** A petition at both widths, side by side. */
async function takeReadmePicture() {
  const { browser, demo } = theStage;
  const shots = [];
  for (const width of [390, 1180]) {
    const context = await browser.profile({ viewport: { width, height: 800 }, locale: "en" });
    const page = await context.newPage();
    await page.goto(demo.page("no-forced-messenger"));
    shots.push((await page.screenshot()).toString("base64"));
    await context.close();
  }
  const context = await browser.profile({ viewport: { width: 1640, height: 856 } });
  const page = await context.newPage();
  const picture = (data) => `<img src="data:image/png;base64,${data}" style="box-shadow:0 2px 14px #0003;border-radius:10px">`;
  await page.setContent(`<body style="margin:28px;display:flex;gap:14px;background:#e9e6de">${shots.map(picture).join("")}</body>`);
  await mkdir(join(ROOT, "docs/images"), { recursive: true });
  await writeFile(join(ROOT, "docs/images/petition.png"), await page.screenshot());
  await context.close();
}
