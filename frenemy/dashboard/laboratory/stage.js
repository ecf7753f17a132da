// Draws what Python sends, and sends back what the user does. While training runs it asks for views
// at a steady pace, several at a time, and shows them one after the other; no more than two answers
// may be owed, so nothing piles up.

const CLOCK = 160;
const SPACING = 46;

const floats = (text) => {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return new Float32Array(bytes.buffer);
};

const numberText = (value) => {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e4 || size < 1e-2 ? value.toExponential(1) : String(+value.toPrecision(3));
};

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function sharp(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

function paintSurface(pen, text, size, scale) {
  const raw = atob(text);
  const cells = Math.round(Math.sqrt(raw.length));
  const image = new ImageData(cells, cells);
  for (let row = 0; row < cells; row += 1) {
    for (let column = 0; column < cells; column += 1) {
      const share = raw.charCodeAt((cells - 1 - row) * cells + column) / 255;
      const place = share * (scale.length - 1);
      const below = Math.min(Math.floor(place), scale.length - 2);
      const part = place - below;
      const at = 4 * (row * cells + column);
      for (let k = 0; k < 3; k += 1) {
        image.data[at + k] = (1 - part) * scale[below][k] + part * scale[below + 1][k];
      }
      image.data[at + 3] = 255;
    }
  }
  const sheet = new OffscreenCanvas(cells, cells);
  sheet.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(sheet, 0, 0, size, size);
}

function dots(pen, values, toX, toY, radius, color) {
  pen.fillStyle = color;
  pen.beginPath();
  for (let i = 0; i < values.length; i += 2) {
    const x = toX(values[i]);
    const y = toY(values[i + 1]);
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 7);
  }
  pen.fill();
}

function arrows(pen, starts, ways, toX, toY, scale, color, width) {
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = width;
  for (let i = 0; i < starts.length; i += 2) {
    const x = toX(starts[i]);
    const y = toY(starts[i + 1]);
    const dx = ways[i] * scale;
    const dy = -ways[i + 1] * scale;
    const length = Math.hypot(dx, dy);
    if (length < 0.7) continue;
    const head = Math.min(6, length);
    const [ux, uy] = [dx / length, dy / length];
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + dx, y + dy);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x + dx, y + dy);
    pen.lineTo(x + dx - head * (ux + 0.5 * uy), y + dy - head * (uy - 0.5 * ux));
    pen.lineTo(x + dx - head * (ux - 0.5 * uy), y + dy - head * (uy + 0.5 * ux));
    pen.fill();
  }
}

function paintPlane(canvas, side, look, layers) {
  const size = Math.min(canvas.parentElement.clientWidth, 520);
  const pen = sharp(canvas, size, size);
  canvas.style.width = `${size}px`;
  const [low, high] = side.limits;
  const toX = (x) => ((x - low) / (high - low)) * size;
  const toY = (y) => size - toX(y);
  if (!side.surface) {
    pen.fillStyle = look.colors.ink;
    pen.font = "16px sans-serif";
    pen.fillText("diverged", 12, 26);
    return;
  }
  if (layers.includes("best D")) paintSurface(pen, side.best, size, look.scale);
  else if (layers.includes("D")) paintSurface(pen, side.surface, size, look.scale);
  if (layers.includes("manifold")) {
    const mesh = floats(side.manifold);
    pen.strokeStyle = look.colors.ink;
    pen.globalAlpha = 0.35;
    pen.lineWidth = 0.8;
    pen.beginPath();
    for (let i = 0; i < mesh.length; i += 2) {
      const move = (i / 2) % side.line === 0 ? "moveTo" : "lineTo";
      pen[move](toX(mesh[i]), toY(mesh[i + 1]));
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }
  if (layers.includes("samples")) {
    dots(pen, floats(side.samples), toX, toY, 2.4, look.colors.fake);
  }
  if (layers.includes("data")) dots(pen, floats(side.real), toX, toY, 2.2, look.colors.real);
  if (layers.includes("arrows")) {
    const starts = floats(side.pushed);
    side.pushes.forEach((push, index) => {
      const color = index === 0 ? look.colors.ink : look.colors.other;
      arrows(pen, starts, floats(push.arrows), toX, toY, size / (high - low), color, 2 - index);
    });
  }
}

const CHARTS = [
  { title: "losses", series: [["loss of D", "first"], ["loss of G", "fake"]] },
  { title: "G's gradient", series: [["G's gradient", "first"]], log: true },
  { title: "modes", series: [["modes", "first"]], top: (side) => side.modes, skip: (s) => s.modes < 2 },
  { title: "quality", series: [["quality", "first"]], top: () => 1, skip: (s) => s.modes < 2 },
  { title: "D's accuracy", series: [["D's accuracy", "first"]], top: () => 1 },
  { title: "distance to data", series: [["distance to data", "first"]], log: true, floor: true },
];

function paintCharts(canvas, side, look, step, latest) {
  const charts = CHARTS.filter((chart) => !(chart.skip && chart.skip(side)));
  const width = canvas.parentElement.clientWidth;
  const columns = width > 420 ? 3 : 2;
  const tall = 104;
  const rows = Math.ceil(charts.length / columns);
  const pen = sharp(canvas, width, rows * tall);
  canvas.style.width = `${width}px`;
  const at = floats(side.curves.at);
  const end = Math.max(latest, 1);
  charts.forEach((chart, index) => {
    const left = (index % columns) * (width / columns) + 42;
    const right = (index % columns + 1) * (width / columns) - 8;
    const top = Math.floor(index / columns) * tall + 22;
    const bottom = top + tall - 36;
    const curves = chart.series.map(([name, role]) => [name, role, floats(side.curves[name])]);
    const shown = (value) => (chart.log ? Math.log10(Math.max(value, 1e-12)) : value);
    let low = chart.top ? 0 : Infinity;
    let high = chart.top ? chart.top(side) : -Infinity;
    for (const [, , values] of curves) {
      for (const value of values) {
        if (Number.isFinite(value) && (!chart.log || value > 0)) {
          low = Math.min(low, shown(value));
          high = Math.max(high, shown(value));
        }
      }
    }
    if (!(high > low)) [low, high] = [low - 1, low + 1];
    const x = (value) => left + (value / end) * (right - left);
    const y = (value) => bottom - ((shown(value) - low) / (high - low)) * (bottom - top);
    pen.font = "12px sans-serif";
    pen.fillStyle = look.colors.ink;
    pen.textAlign = "left";
    let across = left;
    chart.series.forEach(([name, role]) => {
      pen.fillStyle = chart.series.length > 1 ? look.colors[role] : look.colors.ink;
      pen.fillText(name, across, top - 8);
      across += pen.measureText(name).width + 10;
    });
    pen.fillStyle = look.colors.muted;
    pen.textAlign = "right";
    const raw = (value) => (chart.log ? 10 ** value : value);
    pen.fillText(numberText(raw(high)), left - 4, top + 9);
    pen.fillText(numberText(raw(low)), left - 4, bottom);
    pen.strokeStyle = look.colors.faint;
    pen.lineWidth = 1;
    pen.strokeRect(left, top, right - left, bottom - top);
    if (chart.floor && shown(side.curves.floor) > low) {
      pen.strokeStyle = look.colors.ink;
      pen.setLineDash([4, 3]);
      pen.beginPath();
      pen.moveTo(left, y(side.curves.floor));
      pen.lineTo(right, y(side.curves.floor));
      pen.stroke();
      pen.setLineDash([]);
    }
    for (const [, role, values] of curves) {
      pen.strokeStyle = look.colors[role];
      pen.lineWidth = 1.4;
      pen.beginPath();
      let down = false;
      values.forEach((value, i) => {
        if (!Number.isFinite(value)) return;
        pen[down ? "lineTo" : "moveTo"](x(at[i]), y(value));
        down = true;
      });
      pen.stroke();
    }
    pen.strokeStyle = look.colors.ink;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x(step), top);
    pen.lineTo(x(step), bottom);
    pen.stroke();
  });
}

function words(side, look) {
  const lines = [];
  if (side.name) lines.push(`<b>${side.name.replace(/</g, "&lt;")}</b>`);
  lines.push(side.diagnosis.replace(/</g, "&lt;"));
  if (side.off !== undefined && side.off !== null) {
    lines.push(`D is ${side.off} from the best D, in the mean`);
  }
  (side.pushes || []).forEach((push, index) => {
    const color = index === 0 ? look.colors.ink : look.colors.other;
    lines.push(`<span style="color:${color}">➔</span> ${push.loss}: mean push ${numberText(push.mean)}`);
  });
  return lines.join("<br>");
}

function queue({ running, place, crowd }) {
  if (!running || crowd < 2) return "";
  return ` · ${place ? `place ${place} in the queue` : "its turn"} of ${crowd} trainings`;
}

function paint(root, view) {
  const { data } = root.memory;
  const look = { colors: data.colors, scale: data.scale.map(rgb) };
  root.memory.pictures += 1;
  root.dataset.frames = root.memory.pictures;
  root.dataset.step = view.step;
  root.querySelector(".clock").textContent = `step ${view.step.toLocaleString("en")}${
    data.running && data.rate ? ` · ${data.rate} updates/s` : ""}${queue(data)}`;
  const slider = root.querySelector("input.time");
  slider.max = view.latest;
  if (root.getRootNode().activeElement !== slider || data.running) slider.value = view.step;
  const box = root.querySelector(".sides");
  while (box.children.length > view.sides.length) box.lastElementChild.remove();
  while (box.children.length < view.sides.length) {
    const part = document.createElement("div");
    part.className = "side";
    part.innerHTML =
      '<div class="plane"><canvas></canvas></div>' +
      '<div class="right"><p class="words"></p><div class="curves"><canvas></canvas></div></div>';
    box.append(part);
  }
  box.classList.toggle("two", view.sides.length > 1);
  view.sides.forEach((side, index) => {
    const part = box.children[index];
    paintPlane(part.querySelector(".plane canvas"), side, look, data.layers);
    paintCharts(part.querySelector(".curves canvas"), side, look, view.step, view.latest);
    part.querySelector(".words").innerHTML = words(side, look);
  });
  const story = root.querySelector(".update");
  story.hidden = !view.sentences.length;
  story.innerHTML = view.sentences.map((line) => `<li>${line.replace(/</g, "&lt;")}</li>`).join("");
}

// Views that came together are shown one after the other; the last stays until more come.
function play(root) {
  const { memory } = root;
  clearTimeout(memory.timer);
  const view = memory.film.shift();
  if (!view) return;
  paint(root, view);
  memory.first ??= performance.mark("picture");
  if (memory.film.length) memory.timer = setTimeout(() => play(root), SPACING);
}

function listen(root) {
  const { memory } = root;
  const order = (what, value) => memory.send("order", { what, value, at: performance.now() });
  root.querySelectorAll("button[data-order]").forEach((button) => {
    button.onclick = () => {
      const what = button.dataset.order;
      order(what === "play" && memory.data.running ? "pause" : what, null);
    };
  });
  const slider = root.querySelector("input.time");
  slider.oninput = () => {
    clearTimeout(memory.moving);
    memory.moving = setTimeout(() => order("go", Number(slider.value)), 30);
  };
  root.tabIndex = 0;
  root.onkeydown = (event) => {
    if (event.target.tagName === "INPUT") return;
    const keys = { " ": memory.data.running ? "pause" : "play", ArrowRight: "both" };
    if (keys[event.key]) {
      event.preventDefault();
      order(keys[event.key], null);
    }
  };
  memory.clock = setInterval(() => {
    if (!root.isConnected) {
      clearInterval(memory.clock);
      return;
    }
    const waited = performance.now() - memory.asked;
    const pace = memory.data.slow ? 3 * memory.data.pace : memory.data.pace;
    if (!memory.data.running || waited < pace - 10) return;
    if (memory.owed >= 2 && waited < 1500) return;
    memory.asked = performance.now();
    memory.owed += 1;
    memory.send("look", memory.asked);
  }, CLOCK);
}

export default function stage({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab");
  const isNew = !root.memory;
  root.memory = root.memory || { pictures: 0, asked: 0, film: [] };
  const { memory } = root;
  memory.send = setTriggerValue;
  memory.data = data;
  memory.owed = 0;
  if (isNew) listen(root);
  root.dataset.running = data.running;
  root.querySelector("[data-order=play]").textContent = data.running ? "❚❚ Pause" : "▶ Play";
  root.querySelector("[data-order=slow]").classList.toggle("on", data.slow && data.running);
  root.classList.toggle("slow", data.slow && data.running);
  root.querySelector(".message").textContent = data.message || "";
  memory.film = data.views.slice();
  play(root);
  return () => {};
}
