"use strict";
// Shows a page in a frame, and loads it again when it has changed.
(() => {
  const frame = document.getElementById("page");
  const bar = document.getElementById("bar");
  const statusLine = document.getElementById("status");
  const detailText = document.getElementById("detail");
  const positions = new Map(); // the reader's position in each page
  let shown = { file: "", digest: "" };

  const events = new EventSource("events");
  events.addEventListener("message", (event) => update(JSON.parse(event.data)));
  events.addEventListener("error", () => setStatus("The preview has ended, or does not answer."));

  function setStatus(status, detail = "") {
    statusLine.textContent = status;
    detailText.textContent = detail;
    detailText.hidden = !detail;
    bar.hidden = !status;
  }

  function update(view) {
    setStatus(view.status, view.detail);
    const sameFile = view.file === shown.file && frame.contentDocument !== null;
    if (!view.file || (sameFile && view.digest === shown.digest)) return;
    if (showsPage()) positions.set(shown.file, readPosition());
    shown = view;
    if (sameFile) frame.contentWindow.location.reload();
    else frame.contentWindow.location.replace(`/${view.file}${location.hash}`);
  }

  // A link in the page may have led the reader to another file, such as a download.
  function showsPage() {
    return frame.contentDocument !== null
      && frame.contentWindow.location.pathname === `/${shown.file}`;
  }

  // The element in the middle of the window, where it stands, and which details are open.
  function readPosition() {
    const { contentDocument: page, contentWindow: view } = frame;
    const middle = page.elementFromPoint(view.innerWidth / 2, view.innerHeight / 2);
    const anchor = middle && middle.closest("[id]");
    return {
      id: anchor ? anchor.id : "",
      offset: anchor ? anchor.getBoundingClientRect().top : 0,
      scrollY: view.scrollY,
      open: [...page.querySelectorAll("details")].map((details) => details.open),
    };
  }

  function restorePosition({ id, offset, scrollY, open }) {
    const { contentDocument: page, contentWindow: view } = frame;
    const allDetails = [...page.querySelectorAll("details")];
    if (allDetails.length === open.length) {
      allDetails.forEach((details, index) => { details.open = open[index]; });
    }
    const anchor = id && page.getElementById(id);
    if (anchor) scrollToAnchor(anchor, offset, view);
    else view.scrollTo(0, scrollY);
  }

  // Cards far from the window have only an estimated height until they come near: correct the
  // position for some frames, unless the reader scrolls meanwhile.
  function scrollToAnchor(anchor, offset, view) {
    let frames = 10;
    const stop = () => { frames = 0; };
    for (const input of ["wheel", "keydown", "touchstart", "pointerdown"]) {
      view.addEventListener(input, stop, { once: true, passive: true });
    }
    (function correct() {
      if (!frames || !anchor.isConnected) return;
      frames -= 1;
      view.scrollBy(0, anchor.getBoundingClientRect().top - offset);
      view.requestAnimationFrame(correct);
    })();
  }

  // The preview's address carries the hash of the page's, and the page's that of the preview.
  function copyHash() {
    const { hash } = frame.contentWindow.location;
    if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname);
  }

  addEventListener("hashchange", () => {
    if (!showsPage()) return;
    const inner = frame.contentWindow.location;
    inner.replace(new URL(location.hash || "#", inner.href).href);
  });

  frame.addEventListener("load", () => {
    if (!showsPage()) return;
    const { contentDocument: page, contentWindow: view } = frame;
    document.title = page.title;
    if (positions.has(shown.file)) restorePosition(positions.get(shown.file));
    positions.delete(shown.file);
    copyHash();
    view.addEventListener("hashchange", copyHash);
    page.addEventListener("change", copyHash);
    page.addEventListener("click", copyHash);
    // No other site is shown in the frame: an external link opens beside the preview.
    page.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="http:"], a[href^="https:"]');
      if (!link) return;
      event.preventDefault();
      open(link.href, "_blank", "noopener,noreferrer");
    });
  });
})();
