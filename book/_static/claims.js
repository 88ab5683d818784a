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
    if (folded) target.scrollIntoView();
  };
  // Formulas of the evidence are set when it is opened.
  const set = (fold) => {
    const waiting = [...fold.querySelectorAll(".claim-tex")];
    for (const each of waiting) each.className = "math notranslate nohighlight";
    if (waiting.length) MathJax.startup.promise.then(() => MathJax.typesetPromise(waiting));
  };
  addEventListener("toggle", (event) => { if (event.target.open) set(event.target); }, true);
  addEventListener("hashchange", open);
  addEventListener("DOMContentLoaded", open);
  // A fold and the button that searches are called what they show.
  addEventListener("DOMContentLoaded", () => {
    for (const each of document.querySelectorAll("summary[aria-label], .search-button-field[aria-label]")) each.removeAttribute("aria-label");
  });
})();
