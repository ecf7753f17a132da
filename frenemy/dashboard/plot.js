// A Plotly chart that is drawn anew where it stands: only what has changed is touched.

const EXPAND = {
  width: 24,
  height: 24,
  path: "M3 3h7v2H5v5H3zM14 3h7v7h-2V5h-5zM3 14h2v5h5v2H3zM19 14h2v7h-7v-2h5z",
};
const CONFIG = {
  displaylogo: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d"],
  modeBarButtonsToAdd: [
    {
      name: "fullscreen",
      title: "Fullscreen",
      icon: EXPAND,
      click: (chart) =>
        document.fullscreenElement ? document.exitFullscreen() : chart.requestFullscreen(),
    },
  ],
};

// Height in pixels; nothing where the page's style says it.
function height(place) {
  if (document.fullscreenElement === place) return window.innerHeight;
  return place.now.large ? undefined : place.now.height;
}

function fit(place) {
  const pixels = height(place);
  place.style.height = pixels === undefined ? "" : `${pixels}px`;
}

// A picture that can be clicked has no double click, which would be two clicks as well.
const CLICKED = { ...CONFIG, doubleClick: false };

// What is played goes on by itself; over another figure it must not.
async function stop(place, Plotly) {
  await Plotly.animate(place, [null], { mode: "immediate" });
  delete place._fullLayout._currentFrame;
}

async function draw(place) {
  const Plotly = await plotly(place.now.script);
  if (place.drawn === place.now.chart || !place.isConnected || !place.clientWidth) return;
  place.drawn = place.now.chart;
  if (place.classList.contains("failed")) {
    place.classList.remove("failed");
    place.textContent = "";
  }
  if (place._transitionData?._frames?.length) await stop(place, Plotly);
  const { data, layout, frames } = place.now.figure;
  const config = place.now.clickable ? CLICKED : CONFIG;
  await Plotly.react(place, { data, layout, frames, config });
  if (!place.hears) {
    place.hears = true;
    performance.mark("picture");
    place.on("plotly_click", (event) => {
      const first = event.xaxes?.[0]?._id === "x" && event.yaxes?.[0]?._id === "y";
      if (place.now.clickable && first) {
        place.now.send("point", [event.xvals[0], event.yvals[0]]);
      }
    });
  }
}

// One drawing after the other; of several that wait, only the last is drawn.
function redraw(place) {
  place.turn = (place.turn ?? Promise.resolve())
    .then(() => draw(place))
    .catch((error) => {
      if (place._fullLayout) window.Plotly.purge(place);
      place.hears = false;
      place.drawn = undefined;
      place.classList.add("failed");
      place.textContent = error.message;
    });
}

function watch(place) {
  const sizes = new ResizeObserver(() => {
    if (place.drawn !== place.now.chart) redraw(place);
    else if (place._fullLayout && place.clientWidth) window.Plotly.Plots.resize(place);
  });
  const turn = () => fit(place);
  sizes.observe(place);
  document.addEventListener("fullscreenchange", turn);
  return () => {
    if (place.isConnected) return; // an earlier call of this component is over, the chart is not
    sizes.disconnect();
    document.removeEventListener("fullscreenchange", turn);
    if (place._fullLayout) window.Plotly.purge(place);
  };
}

export default function plot({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".chart");
  if (place.now?.chart === data.chart) {
    Object.assign(place.now, { clickable: data.clickable, send: setTriggerValue });
    return place.leave;
  }
  const figure = JSON.parse(data.chart);
  place.now = { ...data, figure, height: figure.layout.height, send: setTriggerValue };
  // The place says how high the chart is, so that it can fill a screen as well.
  delete figure.layout.height;
  place.ariaLabel = data.title;
  fit(place);
  place.leave ??= watch(place);
  redraw(place);
  return place.leave;
}
