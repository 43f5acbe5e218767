// What a map shows where there are no streets.
import L from "leaflet";

const TILE_PX = 64;

export class Grid extends L.GridLayer {
  constructor() {
    super({ tileSize: TILE_PX });
  }

  override createTile(): HTMLElement {
    const tile = document.createElement("div");
    tile.className = "grid";
    return tile;
  }
}
