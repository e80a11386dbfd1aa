// How long an easy proof of work takes in a browser: the middle and the longest of some, each for a challenge of its own.
//
//     node measure_proof.mjs          # after `cargo xtask client` and `cargo build --release -p undersign-server`

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";

const ROUNDS = 15;

const demo = await startDemo();
for (const { what, flags, wasm } of [
  { what: "WebAssembly", flags: [], wasm: true },
  { what: "WebCrypto", flags: [], wasm: false },
  { what: "WebCrypto, every compiler off", flags: ["--js-flags=--jitless"], wasm: false },
]) {
  const browser = await launch({ flags });
  const context = await browser.profile();
  const page = await context.newPage();
  await page.goto(demo.page(PETITIONS[0]));
  const times = await page.evaluate(measure, { wasm, rounds: ROUNDS });
  const sorted = times.map(({ milliseconds }) => milliseconds).sort((left, right) => left - right);
  const rate = times.reduce((sum, { tries }) => sum + tries, 0) / sorted.reduce((sum, time) => sum + time, 0);
  const most = times[0].most / rate;
  console.log(`${what}: ${Math.round(sorted[ROUNDS >> 1])} ms in the middle, ${Math.round(sorted.at(-1))} ms at most of ${ROUNDS}; ` +
    `${rate.toFixed(2)} tries a millisecond, so all ${times[0].most} take ${Math.round(most)} ms`);
  await browser.close();
}
await demo.stop();

/** In the page. */
async function measure({ wasm, rounds }) {
  const [script] = [...document.scripts].filter(({ src }) => src.endsWith("/sign/main.js"));
  const url = script.src.replace("sign/main.js", "proof/worker.js");
  const policy = globalThis.trustedTypes.createPolicy("work", { createScriptURL: () => url });
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const digest = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
      .replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
    const body = JSON.stringify({ request_digest: digest });
    const headers = { "content-type": "application/json" };
    const challenge = await (await fetch("/v1/email-verifications/challenge", { method: "POST", headers, body })).text();
    const started = performance.now();
    const worker = new Worker(policy.createScriptURL(""), { type: "module" });
    const proof = await new Promise((resolve) => {
      worker.onmessage = ({ data }) => "proof" in data && resolve(data.proof);
      worker.postMessage({ challenge, digest, wasm });
    });
    const milliseconds = performance.now() - started;
    worker.terminate();
    times.push({ milliseconds, tries: proof.solution.counter, most: JSON.parse(challenge).parameters.data.most_tries });
  }
  return times;
}
