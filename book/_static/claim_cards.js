"use strict";
// A link to a claim says what the claim says: at a pointer, at the focus of the keyboard, and at a first touch; a second one follows it.
(() => {
  const data = new URL("claim_cards_data.js", document.currentScript.src), LATE = 120, LINGER = 250; // milliseconds
  let cards, card, shown, timer, touched = null;
  const load = () => cards ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.addEventListener("load", () => done(globalThis.claimCards));
    script.addEventListener("error", fail);
    script.src = data;
    document.head.append(script);
  });
  const linkAt = (event) => event.target.closest?.("a.claim-link");
  const hide = () => {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    if (card) card.hidden = true;
  };
  const part = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });
  const make = () => {
    const made = Object.assign(document.createElement("div"), { id: "claim-hover", className: "claim-hover", hidden: true });
    made.setAttribute("role", "tooltip");
    made.addEventListener("pointerenter", () => clearTimeout(timer));
    made.addEventListener("pointerleave", leave);
    document.body.append(made);
    return made;
  };
  const place = (link) => {
    const at = link.getClientRects()[0] ?? link.getBoundingClientRect(), room = document.documentElement.clientWidth;
    card.style.left = `${Math.max(8, Math.min(at.left, room - card.offsetWidth - 8)) + scrollX}px`;
    const below = at.bottom + card.offsetHeight + 10 < innerHeight || at.top < card.offsetHeight + 10;
    card.style.top = `${(below ? at.bottom + 6 : at.top - card.offsetHeight - 6) + scrollY}px`;
  };
  const show = async (link) => {
    const [, label, step] = /#claim-([A-Z][\d.]+)(?:-step-(\d+))?$/.exec(link.hash) ?? [];
    hide();
    shown = link;
    const known = label && (await load().catch(() => ({})))[label];
    if (!known || shown !== link) return;
    card ??= make();
    const head = document.createElement("p"), text = document.createElement("div");
    head.append(part("claim-hover-title", `${label} ${known.title}`), " ", part(`claim-badge ${known.status}`, known.status));
    if (step) head.append(` step ${step} of its proof`);
    text.innerHTML = known.text;
    card.replaceChildren(head, text);
    card.hidden = false;
    place(link);
    link.setAttribute("aria-describedby", card.id);
  };
  const leave = () => { clearTimeout(timer); timer = setTimeout(hide, LINGER); };
  addEventListener("DOMContentLoaded", () => {
    for (const link of document.querySelectorAll("a.claim-link")) link.removeAttribute("title"); // the card says it
  });
  addEventListener("pointerover", (event) => {
    const link = event.pointerType !== "touch" && linkAt(event);
    if (!link) return;
    clearTimeout(timer);
    if (link !== shown) timer = setTimeout(show, LATE, link);
  });
  addEventListener("pointerout", (event) => { if (event.pointerType !== "touch" && linkAt(event)) leave(); });
  addEventListener("focusin", (event) => {
    const link = linkAt(event);
    if (link?.matches(":focus-visible") && link !== touched) show(link);
  });
  addEventListener("focusout", (event) => { if (linkAt(event) === shown) hide(); });
  addEventListener("pointerdown", (event) => {
    const link = event.pointerType === "touch" ? linkAt(event) : null;
    touched = link && link !== shown ? link : null;
    if (shown && !link && !card?.contains(event.target)) hide();
  });
  addEventListener("click", (event) => {
    const link = linkAt(event);
    if (link && link === touched) { event.preventDefault(); show(link); }
    touched = null;
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("resize", hide);
})();
