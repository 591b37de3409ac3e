"use strict";
// Keeps the address the one place of state: links and forms change it, pages follow.
(() => {
  // A page that is built anew has other controls: the one that was in use is given the focus again.
  let held = "";
  document.addEventListener("focusin", (event) => { if (event.target.name !== held) held = ""; });
  const hold = () => {
    if (!held || (document.activeElement && document.activeElement !== document.body)) return;
    document.querySelector(`form[data-address] [name="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  };

  const go = (address) => {
    if (address === location.pathname + location.search + location.hash) return;
    held = document.activeElement?.closest("form[data-address]") ? document.activeElement.name : "";
    history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  document.addEventListener("click", (event) => {
    const a = event.target.closest("a[data-nav]");
    if (a && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const before = location.pathname;
      go(a.getAttribute("href"));
      if (location.pathname !== before) {
        scrollTo(0, 0);
        document.getElementById("main")?.focus({ preventScroll: true });
      }
    }
    const save = event.target.closest("button[data-save]");
    const plot = save?.closest("figure")?.querySelector(".js-plotly-plot");
    if (plot) {
      const { save: format, name } = save.dataset;
      Plotly.downloadImage(plot, { format, filename: name, width: plot.clientWidth, height: plot.clientHeight, scale: format === "png" ? 2 : 1 });
    }
  });

  const chosen = (form) => {
    const now = new URLSearchParams(location.search);
    const query = new URLSearchParams();
    for (const name of (form.dataset.kept || "").split(",")) {
      if (name && now.get(name)) query.set(name, now.get(name));
    }
    for (const [name, value] of new FormData(form)) if (value) query.set(name, value);
    const text = query.toString();
    return form.dataset.address + (text ? `?${text}` : "");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-address]");
    if (form) { event.preventDefault(); go(chosen(form)); }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-address]");
    if (form && event.target.matches("select")) go(chosen(form));
  });
  // A search filters as it is typed; the address follows, and nothing is built anew.
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-address]");
    if (form && event.target.matches("input[type=search]")) history.replaceState({}, "", chosen(form));
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-address]");
    if (form && event.target.matches("input[type=range]")) go(chosen(form));
  });

  // Numbers behind a chart are fetched when they are opened.
  document.addEventListener("toggle", async (event) => {
    const details = event.target;
    const box = details.querySelector?.(":scope > div");
    if (!details.dataset?.fetch || !details.open || box.childElementCount) return;
    const answer = await fetch(details.dataset.fetch);
    if (answer.ok) box.innerHTML = await answer.text();
    else box.textContent = await answer.text();
  }, true);

  // The window is called after its page; drawings are told in words, not mark by mark.
  let told = 0;
  const tell = () => {
    told = 0;
    const page = document.querySelector("#main [data-title]");
    const title = page ? `${page.dataset.title} – Ringfence` : "Ringfence";
    if (document.title !== title) document.title = title;
    document.querySelectorAll("svg.main-svg:not([aria-hidden])").forEach((svg) => svg.setAttribute("aria-hidden", "true"));
  };
  new MutationObserver(() => { hold(); told ||= setTimeout(tell, 50); }).observe(document.documentElement, { childList: true, subtree: true });
})();
