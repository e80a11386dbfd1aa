// What Lighthouse says of the petition page, on its mobile setting: `cargo xtask lighthouse`. A report for specs/lighthouse.md, not a
// test: its numbers move with the machine.

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

import { PETITIONS, startDemo } from "../harness/demo.mjs";

const RUNS = 5;
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"];

const demo = await startDemo();
const chromium = await launch({ chromePath: process.env.UNDERSIGN_CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
try {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { lhr } = await lighthouse(demo.page(PETITIONS[0]), { port: chromium.port, output: "json", logLevel: "error" });
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    runs.push(lhr);
  }
  console.log(report(runs));
} finally {
  await chromium.kill();
  await demo.stop();
}

/** As a section of specs/lighthouse.md, without its heading. */
function report(runs) {
  const [{ categories, lighthouseVersion, environment, configSettings }] = runs;
  const scores = Object.values(categories).map(({ id, title }) => {
    const all = runs.map((run) => Math.round(run.categories[id].score * 100));
    return `- ${title}: **${median(all)}** (${all.join(", ")})`;
  });
  const times = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"];
  const measured = times.map((id) => {
    const { title, numericUnit } = runs[0].audits[id];
    const value = median(runs.map((run) => run.audits[id].numericValue));
    return `- ${title}: ${numericUnit === "millisecond" ? `${Math.round(value)} ms` : value.toFixed(3)}`;
  });
  const agent = /Chrome\/\d+/.exec(environment.hostUserAgent)?.[0] ?? environment.hostUserAgent;
  const { formFactor, throttlingMethod, throttling } = configSettings;
  const setting = `Lighthouse ${lighthouseVersion}, ${agent}, ${formFactor}, throttling by ${throttlingMethod} (${throttling.rttMs} ms, \
${throttling.throughputKbps} kbit/s, processor ${throttling.cpuSlowdownMultiplier} times slower); medians of ${runs.length}.`;
  return [setting, "", ...scores, ...measured, ...lost(runs)].join("\n");
}

/** What cost points, in any run. What weighs nothing, as the whole of some insights, cannot. */
function lost(runs) {
  const found = new Map();
  for (const { categories, audits } of runs) {
    for (const { title, auditRefs } of Object.values(categories)) {
      for (const { id, weight } of auditRefs) {
        const { score, title: what } = audits[id];
        if (weight > 0 && score !== null && score < 0.9) found.set(id, `- lost in ${title}: ${id} (${what})`);
      }
    }
  }
  return [...found.values()];
}

function median(values) {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
}
