"use strict";
const picture = document.getElementById("picture");
const search = document.getElementById("search");
const count = document.getElementById("count");
const stations = [...picture.querySelectorAll(".station")];
const lines = [...picture.querySelectorAll(".line")];
const paths = [...document.querySelectorAll("nav button")];
const numbers = (text) => new Set(text.split(" ").filter(Boolean));

/** Shows what is searched for and the path that is chosen, and dims the rest. */
function show() {
  const wanted = search.value.trim().toLowerCase();
  const chosen = paths.find((path) => path.getAttribute("aria-pressed") === "true");
  const onStations = numbers(chosen ? chosen.dataset.stations : "");
  const onLines = numbers(chosen ? chosen.dataset.lines : "");
  let found = 0;
  for (const station of stations) {
    const matches = wanted !== "" && station.dataset.name.toLowerCase().includes(wanted);
    found += matches ? 1 : 0;
    station.classList.toggle("found", matches);
    station.classList.toggle("on", onStations.has(station.dataset.station));
  }
  for (const line of lines) {
    line.classList.toggle("on", onLines.has(line.dataset.line));
  }
  for (const path of paths) {
    path.parentElement.hidden = wanted !== "" && !path.textContent.toLowerCase().includes(wanted);
  }
  picture.classList.toggle("narrowed", wanted !== "" || chosen !== undefined);
  count.textContent = wanted === "" ? "" : `${found} of ${stations.length}`;
}

search.addEventListener("input", show);
for (const path of paths) {
  path.addEventListener("click", () => {
    const was = path.getAttribute("aria-pressed") === "true";
    for (const other of paths) {
      other.setAttribute("aria-pressed", "false");
    }
    path.setAttribute("aria-pressed", String(!was));
    show();
  });
}
for (const station of stations) {
  station.addEventListener("click", () => {
    search.value = station.dataset.name;
    show();
  });
}
