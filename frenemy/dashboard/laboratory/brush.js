// Points sprayed about the pointer while a button is down; sent when they are to be learnt.

export default function brush({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".brush");
  const canvas = root.querySelector("canvas");
  const memory = (root.memory = root.memory || { points: data.points.slice() });
  memory.send = setTriggerValue;
  const pen = canvas.getContext("2d");
  const place = (value) => ((value + data.half) / (2 * data.half)) * canvas.width;

  const paint = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = data.color;
    for (const [x, y] of memory.points) {
      pen.beginPath();
      pen.arc(place(x), canvas.height - place(y), 2.5, 0, 7);
      pen.fill();
    }
    root.querySelector(".count").textContent = `${memory.points.length} points`;
  };

  const add = (event) => {
    const box = canvas.getBoundingClientRect();
    const spray = () => (Math.random() + Math.random() - 1) * 0.08;
    const x = ((event.clientX - box.left) / box.width) * 2 * data.half - data.half;
    const y = data.half - ((event.clientY - box.top) / box.height) * 2 * data.half;
    for (let i = 0; i < 3; i += 1) memory.points.push([x + spray(), y + spray()]);
    paint();
  };

  if (!memory.ready) {
    memory.ready = true;
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      add(event);
    };
    canvas.onpointermove = (event) => {
      if (event.buttons) add(event);
    };
    root.querySelector("[data-do=clear]").onclick = () => {
      memory.points = [];
      paint();
    };
    root.querySelector("[data-do=use]").onclick = () => memory.send("drawn", memory.points);
  }
  paint();
}
