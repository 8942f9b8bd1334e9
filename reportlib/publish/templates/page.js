"use strict";
// The definition switch. Every result is in the page already; this shows another of them.
(() => {
  const data = JSON.parse(document.getElementById("switch-data").textContent);
  const form = document.getElementById("switch-form");
  const status = document.getElementById("switch-status");
  const chosen = document.getElementById("switch-chosen");
  const positions = new Map(Object.entries(data.positions));
  const own = "as in this report";
  const KEY = "with=";

  const states = [...document.querySelectorAll("main [data-claim]")].map((at) => ({
    claim: at.dataset.claim,
    mark: at.querySelector("svg"),
    path: at.querySelector("path"),
    word: at.querySelector("strong"),
  })).filter(({ mark, path, word }) => mark && path && word); // a notebook can write anything
  const cards = [...document.querySelectorAll("article.rl-card")].map((card) => ({
    card,
    claim: card.id,
    detail: card.querySelector(".rl-detail"),
    reason: card.querySelector("[data-reason]"),
  }));
  const numbers = [...document.querySelectorAll("main [data-number]")];

  // What the page was published with, to go back to.
  const asPublished = {
    states: states.map(({ mark, path, word }) => ({
      tone: toneOf(mark), path: path.getAttribute("d"), word: word.textContent,
    })),
    cards: cards.map(({ card, detail, reason }) => ({
      tone: [...card.classList].find((name) => name.startsWith("rl-edge-")),
      detail: detail ? detail.textContent : "",
      reason: reason ? reason.textContent : "",
    })),
    numbers: numbers.map((number) => number.textContent),
  };

  function toneOf(mark) {
    return [...mark.classList].find((name) => name !== "rl-mark");
  }

  function show(id) {
    const position = positions.get(id);
    const claims = new Map(position ? Object.entries(position.claims) : []);
    states.forEach(({ claim, mark, path, word }, number) => {
      const before = asPublished.states[number];
      const now = claims.get(claim);
      mark.setAttribute("class", `rl-mark ${now ? `rl-${now.tone}` : before.tone}`);
      path.setAttribute("d", now ? now.path : before.path);
      word.textContent = now ? now.word : before.word;
    });
    cards.forEach(({ card, claim, detail, reason }, number) => {
      const before = asPublished.cards[number];
      const now = claims.get(claim);
      card.classList.remove(...[...card.classList].filter((name) => name.startsWith("rl-edge-")));
      card.classList.add(now ? `rl-edge-${now.tone}` : before.tone);
      card.classList.toggle("rl-switched", Boolean(now));
      if (detail) detail.textContent = now ? (now.detail && `(${now.detail})`) : before.detail;
      if (reason) reason.textContent = now ? now.reason : before.reason;
    });
    numbers.forEach((number, place) => {
      number.textContent = position
        ? position.numbers[number.dataset.number] : asPublished.numbers[place];
    });
    // What is said of the published states alone is not said of others.
    document.body.classList.toggle("rl-elsewhere", Boolean(position));
    tell(position, [...claims.keys()]);
  }

  function tell(position, claims) {
    chosen.textContent = position ? position.label : own;
    status.hidden = !position;
    const count = claims.length === 1 ? "1 card differs" : `${claims.length} cards differ`;
    status.textContent = position
      ? `${claims.length ? count : "No card differs"} from this report${claims.length ? ": " : "."}`
      : "";
    claims.forEach((claim, place) => {
      const link = document.createElement("a");
      link.href = `#${claim}`;
      link.textContent = claim;
      status.append(place ? ", " : "", link);
    });
  }

  // The controls say what is shown: a set with all its values, or one definition alone.
  function set(id) {
    HTMLFormElement.prototype.reset.call(form); // a control may be named "reset"
    const position = positions.get(id);
    if (!position) return;
    const values = new Set([id, ...position.values]);
    form.querySelectorAll("input").forEach((input) => {
      if (values.has(input.value)) input.checked = true;
    });
  }

  // The address keeps the choice behind the place in the page: #C06&with=authorities%3Aofac
  function read() {
    const parts = location.hash.slice(1).split("&");
    const kept = parts.find((part) => part.startsWith(KEY));
    const place = parts.find((part) => part && !part.startsWith(KEY)) || "";
    try {
      return { place, id: kept ? decodeURIComponent(kept.slice(KEY.length)) : null };
    } catch { // no choice that this page has written
      return { place, id: "" };
    }
  }

  function write(place, id) {
    const kept = id ? `${KEY}${encodeURIComponent(id)}` : "";
    const hash = [place, kept].filter(Boolean).join("&");
    history.replaceState(null, "", `#${hash}`);
  }

  let current = "";

  function choose(id) {
    current = positions.has(id) ? id : "";
    set(current);
    show(current);
  }

  function follow() {
    const { place, id } = read();
    if (id !== null && id !== current) choose(id);
    write(place, current);
    const target = place && document.getElementById(place);
    below();
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    target.scrollIntoView();
  }

  form.addEventListener("change", (event) => {
    choose(event.target.value);
    write(read().place, current);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("switch-back").addEventListener("click", () => {
    choose("");
    write(read().place, current);
  });
  addEventListener("hashchange", follow);

  // What sticks to the top grows with what is chosen, and covers no place that a link leads to.
  const nav = document.querySelector("nav");
  const below = () => {
    const sticks = getComputedStyle(nav).position === "sticky";
    document.documentElement.style.scrollPaddingTop = `${(sticks ? nav.offsetHeight : 0) + 12}px`;
  };
  new ResizeObserver(below).observe(nav);
  const menus = [...document.querySelectorAll(".menu")];
  nav.addEventListener("click", (event) => {
    if (event.target.closest("a")) menus.forEach((menu) => { menu.open = false; });
    below();
  });

  // Paper shows what is folded away; where the style sheet cannot say so, this does.
  if (!CSS.supports("selector(::details-content)")) {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = [...document.querySelectorAll("details:not([open])")];
      folded.forEach((details) => { details.open = true; });
    });
    addEventListener("afterprint", () => folded.forEach((details) => { details.open = false; }));
  }

  document.getElementById("switch").hidden = false;
  if (read().id !== null) follow();
})();
