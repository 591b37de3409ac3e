"use strict";
// Draws each chart when it is seen, so that the words are there at once. Nothing is fetched.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { plotly: config, dark: counterparts, colours, base } = read("chart-config");
  const root = document.documentElement;
  const plots = [...document.querySelectorAll(".plot")];
  const night = matchMedia("(prefers-color-scheme: dark)");
  const NARROW = 430, PAPER_WIDTH = 690;
  const KEY_LINE = 40; // letters of a line of a key to colours on a narrow screen
  let shown = base;
  let paper = false;

  // ── What a figure becomes here: another strategy stands out, little room, dark paper ──────────

  const over = (value, change) => {
    if (typeof value === "string") return change(value);
    if (Array.isArray(value)) return value.map((one) => over(one, change));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(
      ([key, one]) => [key, key === "bdata" ? one : over(one, change)]));
  };

  const swapped = (trace, from, to) => {
    const out = over(trace, (text) => (text === from ? to : text));
    if (out.line && !out.marker) out.line.width = to === colours.shown ? 3 : 1.6;
    if (out.mode === "markers+text" && out.marker?.line) {
      out.marker.color = to === colours.shown ? to : colours.paper;
      out.textfont.color = to === colours.shown ? colours.paper : colours.ink;
    }
    return { ...out, ...("zorder" in out ? { zorder: to === colours.shown ? 1 : 0 } : {}) };
  };

  const standsOut = (figure) => {
    if (shown === base) return;
    figure.data = figure.data.map((trace) => {
      const whose = trace.meta?.strategy;
      if (whose === shown) return swapped(trace, colours.others, colours.shown);
      if (whose === base) return swapped(trace, colours.shown, colours.others);
      return trace;
    });
    for (const note of figure.layout.annotations ?? []) {
      const plain = (note.text ?? "").replace(/^<b>(.*)<\/b>$/, "$1");
      if (note.name === shown) Object.assign(note, { text: `<b>${plain}</b>`, font: { ...note.font, color: colours.shown } });
      if (note.name === base) Object.assign(note, { text: plain, font: { ...note.font, color: colours.muted } });
    }
  };

  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  // A key to colours begins at the edge, in as many lines as it needs.
  const keyInLines = (note, layout) => {
    const lines = [], plain = (part) => part.replace(/<[^>]*>|&nbsp;/g, "");
    for (const part of note.text.split(" &nbsp; ")) {
      const line = lines.at(-1);
      if (line !== undefined && plain(`${line}  ${part}`).length <= KEY_LINE) lines.push(`${lines.pop()} &nbsp; ${part}`);
      else lines.push(part);
    }
    const room = 13 * (lines.length - 1);
    Object.assign(note, { text: lines.join("<br>"), xshift: -(layout.margin?.l ?? 0) });
    layout.margin = { ...layout.margin, t: (layout.margin?.t ?? 0) + room };
    layout.height += room;
  };

  // A strategy's number stands for its name, labels are fewer and titles smaller.
  const narrowed = (figure, room) => {
    const layout = figure.layout;
    if (room) layout.height = room;
    for (const note of layout.annotations ?? []) {
      if (note.name) note.text = note.text.replace(/^(<b>)?(\d+) .*?(<\/b>)?$/, "$1$2$3");
      else note.text = (note.text ?? "").replace(/^<b>(\d+) [^<]*<\/b> · /, "<b>$1</b> · ");
      note.font = { ...note.font, size: Math.min(note.font?.size ?? 12, 10) };
      if (note.text.includes("■")) keyInLines(note, layout);
    }
    if ((layout.annotations ?? []).some((note) => note.name && note.xref === "paper")) {
      layout.margin = { ...layout.margin, r: 28 };
    }
    for (const [name, axis] of Object.entries(layout)) {
      if (!/^[xy]axis/.test(name)) continue;
      if (axis.title?.text) axis.title.font = { ...axis.title.font, size: 10 };
      axis.tickfont = { ...axis.tickfont, size: 10 };
      if (name[0] === "y" && Array.isArray(axis.ticktext)) {
        axis.ticktext = axis.ticktext.map((text) => {
          const plain = text.replace(/<\/?b>/g, "");
          return /^\d+ /.test(plain) ? cut(plain, 13) : text;
        });
      }
      if (name[0] === "x" && Array.isArray(axis.tickvals) && Array.isArray(axis.ticktext)) {
        const stride = axis.ticktext.some((text) => text.length > 3) ? Math.ceil(axis.tickvals.length / 4) : 1;
        for (const key of ["tickvals", "ticktext"]) axis[key] = axis[key].filter((_, i) => i % stride === 0);
        axis.tickangle = 0;
      }
    }
  };

  const prepared = (plot) => {
    const figure = read(plot.dataset.figure);
    standsOut(figure);
    const width = paper ? PAPER_WIDTH : plot.clientWidth;
    if (width < NARROW && !paper) narrowed(figure, plot.closest(".picture") && plot.clientHeight);
    if (paper) figure.layout = { ...figure.layout, width: plot.closest(".several") ? PAPER_WIDTH / 2 - 10 : width };
    if (night.matches && !paper) {
      const dark = (text) => text.replace(/#[0-9a-f]{6}/g, (color) => counterparts[color] ?? color);
      figure.data = over(figure.data, dark);
      figure.layout = over(figure.layout, dark);
    }
    return figure;
  };

  const draw = (plot) => {
    const figure = prepared(plot);
    plot.style.height = `${figure.layout.height}px`;
    plot.dataset.drawn = "yes";
    plot.querySelector(".still")?.remove();
    const done = Plotly.react(plot, figure.data, figure.layout, config);
    // The figure's label says in words what the drawing shows.
    plot.querySelectorAll("svg.main-svg").forEach((svg) => svg.setAttribute("aria-hidden", "true"));
    return done;
  };
  const again = () => plots.filter((plot) => plot.dataset.drawn).forEach(draw);

  // ── When ──────────────────────────────────────────────────────────────────────────────────────

  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      if (!target.dataset.drawn) draw(target);
    }
    root.dataset.charts = "drawn";
  }, { rootMargin: "200px" });
  plots.forEach((plot) => seen.observe(plot));
  if (!plots.length) root.dataset.charts = "drawn";

  night.addEventListener("change", again);

  document.querySelectorAll(".pick").forEach((button) => button.addEventListener("click", () => {
    shown = button.dataset.strategy;
    document.querySelectorAll(".pick").forEach(
      (other) => other.setAttribute("aria-pressed", String(other === button)));
    again();
  }));

  document.querySelectorAll(".save").forEach((button) => button.addEventListener("click", () => {
    const drawings = [...button.closest(".chart").querySelectorAll(".plot")];
    drawings.forEach((plot, at) => Plotly.downloadImage(plot, {
      format: "png", scale: 2, width: plot.clientWidth, height: plot.clientHeight,
      filename: `${plot.dataset.chart}${drawings.length > 1 ? `-${at + 1}` : ""}` }));
  }));

  // A link into a part that is folded opens it.
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    target.querySelector?.(":scope > details.fold")?.setAttribute("open", "");
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();

  // On paper nothing is folded, all is drawn, and all is light.
  let opened = [];
  addEventListener("beforeprint", () => {
    if (paper) return;
    paper = true;
    opened = [...document.querySelectorAll("details.fold:not([open]), #compliance details:not([open])")];
    opened.forEach((part) => { part.open = true; });
    plots.forEach(draw);
  });
  addEventListener("afterprint", () => {
    paper = false;
    opened.forEach((part) => { part.open = false; });
    again();
  });
})();
