// Python beside the page: it is loaded when a reader opens the first form, and answers one request after the other.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const home = new URL("pyodide/", import.meta.url), PACKAGES = ["mpmath", "sympy", "theory"], PLACE = "/packages";
const bytes = async (name) => {
  const found = await fetch(new URL(`${name}.zip`, home));
  if (!found.ok) throw new Error(`${name}.zip is missing`);
  return new Uint8Array(await found.arrayBuffer());
};
const load = async () => {
  postMessage({ stage: "Loading Python …" });
  const [python, ...zips] = await Promise.all([loadPyodide({ indexURL: home.href }), ...PACKAGES.map(bytes)]);
  postMessage({ stage: "Loading SymPy …" });
  // unpacked, modules are imported twice as fast as from the zips
  for (const each of zips) python.unpackArchive(each, "zip", { extractDir: PLACE });
  const { answer } = python.runPython(`
import sys
sys.path.insert(0, "${PLACE}")
sys.dont_write_bytecode = True
from sparse_limits.theory.values import page
page`);
  postMessage({ ready: true });
  return answer;
};
const loaded = load();
loaded.catch((error) => postMessage({ failed: String(error?.message ?? error) }));
addEventListener("message", async ({ data: { number, request } }) => {
  const answer = await loaded.catch(() => null);
  if (!answer) return;
  postMessage({ started: number });
  try {
    postMessage({ number, ...JSON.parse(answer(JSON.stringify(request))) });
  } catch (error) {
    postMessage({ number, refused: `no value: ${String(error?.message ?? error).trim().split("\n").at(-1)}` });
  }
});
