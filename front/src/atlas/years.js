// Bars of registrations by year; the table below them holds the same numbers as text.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { token } from "./shades.js";

use([AriaComponent, BarChart, CanvasRenderer, GridComponent, TooltipComponent]);
const drawn = new Map();

function drawAll() {
  for (const box of document.querySelectorAll(".years[data-years]")) {
    if (!drawn.has(box)) drawn.set(box, draw(box));
  }
  for (const [box, chart] of drawn) {
    if (!box.isConnected) {
      chart.dispose();
      drawn.delete(box);
    }
  }
}

function draw(box) {
  const chart = init(box, null, { renderer: "canvas" });
  new ResizeObserver(() => chart.isDisposed() || chart.resize()).observe(box);
  chart.setOption(option(box));
  return chart;
}

function option(box) {
  const rows = box.dataset.years.trim().split(" ").filter(Boolean).map((pair) => pair.split(":"));
  const soft = token("--ink-soft");
  const line = { lineStyle: { color: token("--line") } };
  return {
    animation: false,
    textStyle: { fontFamily: token("--tblr-font-sans-serif") },
    grid: { left: 4, right: 8, top: 10, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // the other mode writes styles that the policy forbids
      formatter: ([bar]) => `${bar.name}  ${bar.value === "-" ? box.dataset.withheld : `${Number(bar.value).toLocaleString("en")} ${box.dataset.units}`}`,
    },
    xAxis: { type: "category", data: rows.map(([year]) => year), axisLabel: { color: soft }, axisLine: line, axisTick: { show: false } },
    yAxis: { type: "value", axisLabel: { color: soft }, splitLine: line, minInterval: 1 },
    series: [{ type: "bar", data: rows.map(([, n]) => (n === "" ? "-" : Number(n))), itemStyle: { color: token("--shade-a3") }, barCategoryGap: "20%" }],
  };
}

drawAll();
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("htmx:oobAfterSwap", drawAll);
document.addEventListener("theme-changed", () => {
  for (const [box, chart] of drawn) chart.setOption(option(box));
});
