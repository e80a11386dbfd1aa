// A page's policy, made stricter on its way.

/** From now on a page of this profile comes with a policy that refuses WebAssembly, which stays where it is. */
export async function refuseWasm(context, url) {
  await context.route(url, async (route) => {
    const answer = await route.fetch();
    const policy = answer.headers()["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
    await route.fulfill({ response: answer, headers: { ...answer.headers(), "content-security-policy": policy } });
  });
}
