"use strict";
// Draws the charts one by one, so that the words can be read meanwhile. Nothing is fetched.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const config = read("chart-config");
  const plots = [...document.querySelectorAll(".plot")];
  let syncing = false;

  // A legend entry that is switched off in one panel is switched off in the chart's other panels.
  const link = (plot) => {
    plot.on("plotly_restyle", async ([change, traces]) => {
      if (syncing || !("visible" in change)) return;
      syncing = true;
      const others = plots.filter(
        (p) => p !== plot && p.dataset.chart === plot.dataset.chart && p.data &&
          p.data.length === plot.data.length);
      for (const other of others) await Plotly.restyle(other, { visible: change.visible }, traces);
      syncing = false;
    });
  };

  const draw = async (at) => {
    if (at === plots.length) {
      document.documentElement.dataset.charts = "drawn";
      return;
    }
    const plot = plots[at];
    const figure = read(plot.dataset.figure);
    if (plot.clientWidth < 520) {
      // A legend takes more rows on a narrow screen: leave the drawing its height.
      const entries = new Set(
        figure.data.filter((t) => t.showlegend !== false && t.name).map((t) => t.name)).size;
      const margin = { t: 0, ...figure.layout.margin };
      figure.layout.height += 20 * entries;
      if (entries) figure.layout.margin = { ...margin, t: Math.max(margin.t, 20 * entries + (figure.layout.annotations?.length ? 40 : 12)) };
      // Labels of the time axis would run into each other: keep four, and smaller.
      for (const axis of Object.values(figure.layout)) {
        if (axis?.type === "date") axis.tickfont = { size: 10 };
        const stride = axis?.type === "date" ? Math.ceil(axis.tickvals.length / 4) : 1;
        for (const key of stride > 1 ? ["tickvals", "ticktext"] : []) {
          axis[key] = axis[key].filter((_, i) => i % stride === 0);
        }
      }
      plot.style.height = `${figure.layout.height}px`;
    }
    await Plotly.newPlot(plot, figure.data, figure.layout, config);
    // The figure's label says in words what the drawing shows. Its buttons stay within reach.
    plot.querySelectorAll("svg.main-svg").forEach((svg) => svg.setAttribute("aria-hidden", "true"));
    link(plot);
    setTimeout(draw, 0, at + 1);
  };
  draw(0);

  // A first page that can be read alone hides nothing on paper.
  addEventListener("beforeprint", () =>
    document.querySelectorAll("#compliance details").forEach((d) => { d.open = true; }));
  addEventListener("beforeprint", () => plots.forEach((p) => p.data && Plotly.Plots.resize(p)));
})();
