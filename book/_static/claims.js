"use strict";
// A link into a fold opens it: a step of a proof, a check in the evidence.
(() => {
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    let folded = false;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      folded ||= !fold.open;
      fold.open = true;
    }
    // The fold of a section opens with its heading, too.
    for (const fold of target.matches("section") ? target.querySelectorAll(":scope > .topic-fold:not([open])") : []) fold.open = true;
    if (folded) target.scrollIntoView();
  };
  // What is wider than its place scrolls, with shadows at its edges. The strokes of a formula reach over its picture's edge.
  const keyed = ".pst-scrollable-table-container, div.cell_output, article p:has(> img:only-child)", places = keyed + ", div.highlight pre, a.image-reference, .claim-scroll, .claim-table, .claim-statement, .claim-proof-text, .claim-assumptions, .claim-remarks, .claim-step, mjx-container[display=true], span.math";
  const width = (each) => each.matches("span.math, mjx-container") ? each.querySelector("svg")?.getBoundingClientRect().width ?? 0 : each.scrollWidth;
  const mark = () => {
    const found = [...document.querySelectorAll(places)].map((each) => [each, width(each) > each.clientWidth + 1]);
    for (const [each, wider] of found) {
      each.classList.toggle("scrolls", wider);
      if (each.matches(keyed)) wider ? each.setAttribute("tabindex", "0") : each.removeAttribute("tabindex"); // keys scroll it, too
    }
  };
  // Formulas in a fold are set when it is opened. Those of the page's text wait for nothing: this runs before MathJax starts.
  document.addEventListener("readystatechange", () => {
    if (document.readyState !== "interactive") return;
    for (const each of document.querySelectorAll("details:not([open]) .math")) each.className = "claim-tex";
  });
  const set = (fold) => {
    const waiting = [...fold.querySelectorAll(".claim-tex")].filter((each) => !each.closest("details:not([open])"));
    const startup = globalThis.MathJax?.startup; // a page without formulas has none
    if (!waiting.length || !startup?.promise) return undefined;
    for (const each of waiting) each.className = "math notranslate nohighlight";
    startup.promise = startup.promise.then(() => MathJax.typesetPromise(waiting)); // one after the other
    return startup.promise;
  };
  addEventListener("toggle", async (event) => { if (event.target.open) { await set(event.target); mark(); } }, true);
  addEventListener("load", async () => {
    await globalThis.MathJax?.startup?.promise;
    await set(document); // what was opened before MathJax was there
    new ResizeObserver(mark).observe(document.querySelector("article") ?? document.body); // lists beside it open after the window has its size
  });
  // On paper nothing is folded but forms; afterwards all is as it was.
  const printed = [];
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("article details:not([open]):not(.claim-try)")) {
      fold.open = true;
      printed.push(fold);
    }
    const waiting = [...document.querySelectorAll(".claim-tex")];
    for (const each of waiting) each.className = "math notranslate nohighlight";
    if (waiting.length) globalThis.MathJax?.typeset?.(waiting);
  });
  addEventListener("afterprint", () => {
    for (const fold of printed.splice(0)) fold.open = false;
  });
  addEventListener("hashchange", open);
  addEventListener("DOMContentLoaded", open);
  // So does one in which the words stand that a search has led to.
  addEventListener("load", () => {
    for (const each of document.querySelectorAll("details:not([open]) .highlighted")) {
      for (let fold = each.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
  });
  // A fold and the button that searches are called what they show.
  addEventListener("DOMContentLoaded", () => {
    for (const each of document.querySelectorAll("summary[aria-label], .search-button-field[aria-label]")) each.removeAttribute("aria-label");
    // What opens the pages of a chapter, in the list of all, shows an arrow alone.
    for (const each of document.querySelectorAll(".bd-links summary")) each.setAttribute("aria-label", `Pages of ${each.closest("li").querySelector("a").textContent}`);
    // The entries of a list are its items: the role that Sphinx gives them is out of use.
    for (const each of document.querySelectorAll('.citation-list > [role="doc-biblioentry"]')) each.setAttribute("role", "listitem");
  });
})();
