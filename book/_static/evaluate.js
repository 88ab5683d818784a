"use strict";
// "Try your own values": the click that opens the fold makes the form, and has Python loaded beside the page; nothing is loaded before.
(() => {
  const source = new URL("evaluate_worker.mjs", document.currentScript.src), LONGEST = 60; // seconds of one number
  const DISK = "Python cannot be loaded for a page from a disk: a server has to serve it, such as `python -m http.server`";
  const MISSING = "Python could not be loaded: a file is missing, or the browser is too old";
  let python, ready, late, asked = 0;
  const listeners = new Set(), waiting = new Map();
  const tell = (message) => listeners.forEach((each) => each(message));
  const end = (message, running) => {
    clearTimeout(late);
    python?.terminate();
    python = undefined;
    for (const [number, answer] of waiting) {
      answer({ refused: running && number !== running ? "another number took too long: try again" : message });
    }
    waiting.clear();
  };
  const start = () => {
    if (python) return;
    if (location.protocol === "file:") {
      tell(DISK);
      return;
    }
    ready = false;
    python = new Worker(source, { type: "module" });
    python.addEventListener("message", ({ data }) => {
      if (data.started) { // the time of a number is its own, not that of loading Python, nor of those before it
        late = setTimeout(() => end(`no value within ${LONGEST} seconds, expected other numbers`, data.started), LONGEST * 1000);
        return;
      }
      if (data.number) {
        clearTimeout(late);
        waiting.get(data.number)?.(data);
        waiting.delete(data.number);
        return;
      }
      if (data.failed) end(`Python could not be loaded: ${data.failed}`);
      ready ||= Boolean(data.ready);
      tell(data.failed ? `Python could not be loaded: ${data.failed}` : data.ready ? "" : data.stage);
    });
    python.addEventListener("error", () => {
      end(MISSING);
      tell(MISSING);
    });
  };
  const ask = (request) => new Promise((answer) => {
    if (!python) {
      answer({ refused: DISK });
      return;
    }
    const number = ++asked;
    waiting.set(number, answer);
    python.postMessage({ number, request });
  });
  const make = (tag, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...inside);
    return made;
  };
  // What is said may hold formulas between dollars.
  const say = (place, text) => {
    place.textContent = text.replace(/\$([^$]+)\$/g, "\\($1\\)");
    if (place.textContent !== text) globalThis.MathJax?.typesetPromise?.([place]);
  };
  const field = (label, formula, letter) => {
    const id = `try-${label}-${formula.name}-${letter.name}`;
    const text = make("label", { htmlFor: id, innerHTML: letter.says });
    return make("div", { className: "claim-try-letter" }, text, make("input", { id, name: letter.name, value: letter.value, autocomplete: "off", spellcheck: false }));
  };
  const form = (fold) => {
    const label = fold.dataset.claim, formulas = JSON.parse(fold.dataset.formulas), choice = `try-${label}`;
    const select = make("select", { id: choice }, ...formulas.map(({ name }) => new Option(name.replaceAll("_", " "), name)));
    const parts = formulas.map((formula) => make("fieldset", { name: formula.name },
      make("legend", { innerHTML: formula.tex }), ...formula.letters.map((letter) => field(label, formula, letter))));
    const status = make("p", { className: "claim-try-status" }), output = make("output", { className: "claim-try-value" });
    for (const each of [status, output]) each.setAttribute("aria-live", "polite");
    status.setAttribute("role", "status");
    const note = make("p", { className: "claim-small", textContent: "Whole numbers, fractions such as 1/3 and decimals are taken exactly. The digits are those of mpmath, found at two precisions; no ball encloses them." });
    const button = make("button", { type: "submit", textContent: "Evaluate" });
    const made = make("form", { noValidate: true },
      make("p", {}, make("label", { htmlFor: choice, textContent: "Formula " }), select), ...parts, button, status, output, note);
    made.setAttribute("aria-label", `Values for ${label}`);
    const show = () => {
      for (const part of parts) part.hidden = part.disabled = part.name !== select.value;
      output.textContent = "";
      output.classList.remove("refused");
    };
    select.addEventListener("change", show);
    show();
    listeners.add((message) => { status.textContent = message; });
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled") === "true") return;
      const fields = parts.find((part) => part.name === select.value).querySelectorAll("input"), formula = select.value;
      const request = { claim: label, formula, values: Object.fromEntries([...fields].map((each) => [each.name, each.value])) };
      button.setAttribute("aria-disabled", "true");
      output.textContent = "";
      start();
      if (ready) status.textContent = "Evaluating …";
      const { value, refused } = await ask(request);
      button.setAttribute("aria-disabled", "false");
      status.textContent = "";
      if (formula !== select.value) return;
      output.classList.toggle("refused", value === undefined);
      say(output, value ?? refused);
    });
    return made;
  };
  addEventListener("DOMContentLoaded", () => {
    for (const fold of document.querySelectorAll("details.claim-try")) {
      fold.hidden = false;
      fold.querySelector("summary").addEventListener("click", () => {
        if (!fold.querySelector("form")) fold.append(form(fold));
        start();
      });
    }
  });
})();
