function replayRace(root, data) {
  const play = root.querySelector("#play"), place = root.querySelector("#place");
  const now = root.querySelector("#now"), speed = root.querySelector("#speed");
  const lead = root.querySelector("#lead");
  place.max = data.duration;
  const svgNode = "http://www.w3.org/2000/svg";
  const panes = [...root.querySelectorAll(".lane")].map((pane, index) => {
    const lane = data.lanes[index], text = pane.querySelector("pre"), svg = pane.querySelector("svg");
    const find = (name) => pane.querySelector(name);
    for (const step of lane.steps) {
      step.nodes = step.x.map(([part, drafted]) => {
        const node = document.createElement("span");
        node.textContent = part;
        node.hidden = true;
        if (drafted) node.className = "d";
        return text.appendChild(node);
      });
      if (step.bar) {
        const [start, end, drafted, accepted] = step.bar;
        svg.removeAttribute("hidden");
        [[drafted, 0.2], [accepted, 1]].forEach(([high, strength]) => {
          const bar = document.createElementNS(svgNode, "rect");
          bar.setAttribute("x", start); bar.setAttribute("width", (end - start) * 0.78);
          bar.setAttribute("y", lane.k - high); bar.setAttribute("height", high);
          bar.setAttribute("fill", "var(--own)"); bar.setAttribute("opacity", strength);
          bar.setAttribute("visibility", "hidden");
          svg.appendChild(bar);
          step.nodes.push(bar);
        });
      }
    }
    svg.setAttribute("viewBox", `0 0 ${data.duration || 1} ${Math.max(1, lane.k)}`);
    return { lane, text, at: 0, rate: find(".rate"), clock: find(".clock"), way: find(".way"), track: find(".track div") };
  });
  const reveal = (node, on) => {
    if (node instanceof SVGElement) node.setAttribute("visibility", on ? "visible" : "hidden");
    else node.hidden = !on;
  };
  const count = (items, moment) => {
    let low = 0, high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle] <= moment) low = middle + 1; else high = middle;
    }
    return low;
  };
  for (const pane of panes) pane.times = pane.lane.steps.map((step) => step.t);
  const leadTimes = data.leads.map((item) => item[0]);
  let moment = data.duration, running = false, last = 0, drawn = 0;
  const over = root.querySelector("#over");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function show() {
    for (const pane of panes) {
      const wanted = count(pane.times, moment), steps = pane.lane.steps;
      for (let at = pane.at; at < wanted; at++) for (const node of steps[at].nodes) reveal(node, true);
      for (let at = wanted; at < pane.at; at++) for (const node of steps[at].nodes) reveal(node, false);
      if (wanted !== pane.at || !moment) {
        const step = steps[wanted - 1];
        pane.rate.textContent = step ? step.rate : "–";
        pane.clock.textContent = step ? step.clock : "ready";
        pane.way.textContent = step ? step.way : "";
        pane.track.style.width = `${(step ? step.done : 0) * 100}%`;
        pane.text.scrollTop = pane.text.scrollHeight;
      }
      pane.at = wanted;
    }
    const item = data.leads[count(leadTimes, moment) - 1];
    root.querySelector("#lead-phrase").textContent = item ? item[2] : "Speedup";
    root.querySelector("#lead-ratio").textContent = item ? item[3] : "–";
    root.querySelector("#lead-foot").textContent = item ? item[4] : "";
    lead.style.color = item && item[1] >= 0 ? `var(--lane${item[1] % 4})` : "";
    now.textContent = `${moment.toFixed(2)} s`;
    place.value = moment;
    place.setAttribute("aria-valuetext", now.textContent);
  }
  function run(on) {
    running = on;
    play.textContent = on ? "Pause" : "Play";
    over.hidden = true;
    if (on) {
      if (moment >= data.duration) { moment = 0; show(); }
      last = performance.now();
      requestAnimationFrame(tick);
    }
  }
  function tick(time) {
    if (!running) return;
    moment = Math.min(data.duration, moment + Math.max(0, time - last) / 1000 * Number(speed.value));
    last = time;
    // Who wants no motion gets the same moments, but in still steps.
    if (!still.matches || time - drawn > 500 || moment >= data.duration) {
      drawn = time;
      show();
    }
    if (moment >= data.duration) run(false); else requestAnimationFrame(tick);
  }
  play.addEventListener("click", () => run(!running));
  place.addEventListener("input", () => { moment = Math.min(data.duration, Number(place.value)); over.hidden = true; show(); });
  over.addEventListener("click", () => { run(true); play.focus(); });
  root.addEventListener("keydown", (event) => {
    if (event.key === " " && !event.target.closest("button, select, input, pre")) { event.preventDefault(); run(!running); }
  });
  over.hidden = false;
  show();
  if (location.hash === "#play" && !still.matches) run(true);
}
