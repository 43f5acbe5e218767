// The map of the page for citizens. The list needs no script: the map comes after it, when it is looked at.
import "./style.css";

const place = document.getElementById("map")!;
document.getElementById("map-part")!.hidden = false;
const seen = new IntersectionObserver((entries) => {
  if (!entries.some((one) => one.isIntersecting)) return;
  seen.disconnect();
  void import("./map.ts").then(({ drawMap }) => drawMap(place));
});
seen.observe(place);
