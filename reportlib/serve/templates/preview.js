"use strict";
// Shows a page in a frame, as it is, and loads it again when it has become another.
(() => {
  const frame = document.getElementById("page");
  const bar = document.getElementById("bar");
  const said = document.getElementById("said");
  const words = document.getElementById("words");
  const places = new Map(); // where the reader was in each page
  let shown = { file: "", digest: "" };

  const news = new EventSource("events");
  news.addEventListener("message", (event) => follow(JSON.parse(event.data)));
  news.addEventListener("error", () => tell("The preview has ended, or does not answer."));

  function tell(line, more = "") {
    said.textContent = line;
    words.textContent = more;
    words.hidden = !more;
    bar.hidden = !line;
  }

  function follow(now) {
    tell(now.said, now.words);
    const same = now.file === shown.file && frame.contentDocument !== null;
    if (!now.file || (same && now.digest === shown.digest)) return;
    if (showing()) places.set(shown.file, place());
    shown = now;
    if (same) frame.contentWindow.location.reload();
    else frame.contentWindow.location.replace(`/${now.file}${location.hash}`);
  }

  // Whether the frame holds what it should: a link may have led the reader on, to a download.
  function showing() {
    return frame.contentDocument !== null
      && frame.contentWindow.location.pathname === `/${shown.file}`;
  }

  // The reader's place: what stands in the middle of the window, and what has been opened.
  function place() {
    const { contentDocument: page, contentWindow: view } = frame;
    const middle = page.elementFromPoint(view.innerWidth / 2, view.innerHeight / 2);
    const near = middle && middle.closest("[id]");
    return {
      id: near ? near.id : "",
      above: near ? near.getBoundingClientRect().top : 0,
      top: view.scrollY,
      open: [...page.querySelectorAll("details")].map((one) => one.open),
    };
  }

  function goTo({ id, above, top, open }) {
    const { contentDocument: page, contentWindow: view } = frame;
    const details = [...page.querySelectorAll("details")];
    if (details.length === open.length) {
      details.forEach((one, number) => { one.open = open[number]; });
    }
    const near = id && page.getElementById(id);
    if (near) comeTo(near, above, view);
    else view.scrollTo(0, top);
  }

  // What is far away has only a guessed height until the window comes near: come nearer for some
  // frames, unless the reader moves meanwhile.
  function comeTo(near, above, view) {
    let frames = 10;
    const leave = () => { frames = 0; };
    for (const moved of ["wheel", "keydown", "touchstart", "pointerdown"]) {
      view.addEventListener(moved, leave, { once: true, passive: true });
    }
    (function nearer() {
      if (!frames || !near.isConnected) return;
      frames -= 1;
      view.scrollBy(0, near.getBoundingClientRect().top - above);
      view.requestAnimationFrame(nearer);
    })();
  }

  // The address of the preview ends as that of the page does, and the other way round.
  function keepAddress() {
    const { hash } = frame.contentWindow.location;
    if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname);
  }

  addEventListener("hashchange", () => {
    if (!showing()) return;
    const inner = frame.contentWindow.location;
    inner.replace(new URL(location.hash || "#", inner.href).href);
  });

  frame.addEventListener("load", () => {
    if (!showing()) return;
    const { contentDocument: page, contentWindow: view } = frame;
    document.title = page.title;
    if (places.has(shown.file)) goTo(places.get(shown.file));
    places.delete(shown.file);
    keepAddress();
    view.addEventListener("hashchange", keepAddress);
    page.addEventListener("change", keepAddress);
    page.addEventListener("click", keepAddress);
    // No other site is shown in the frame: what leads away opens beside the preview.
    page.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="http:"], a[href^="https:"]');
      if (!link) return;
      event.preventDefault();
      open(link.href, "_blank", "noopener,noreferrer");
    });
  });
})();
