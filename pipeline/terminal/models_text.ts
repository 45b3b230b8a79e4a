import type { AddedNetwork } from "../../models/add.ts";
import type { CatalogDescription, FileDescription, ListedNetwork } from "../../models/listing.ts";
import { program } from "../command_line/program.ts";
import { table } from "./table.ts";
import { formatBytes } from "../settings/units.ts";

/** The catalogue as a table. */
export function networksText(networks: readonly ListedNetwork[]): string {
  const rows = networks.map(({ name, title, licence, downloadSize, size }) => [
    name,
    size === undefined ? `not here (${formatBytes(downloadSize)} to fetch)` : `here (${formatBytes(size)})`,
    licence,
    title,
  ]);
  return table([["network", "state", "licence", "what it is"], ...rows]);
}

/** Everything about one network. */
export function networkText(network: CatalogDescription | FileDescription): string {
  return network.kind === "file" ? fileText(network) : catalogText(network);
}

/** The result of adding a file. */
export function addedText({ name, path, added }: AddedNetwork): string {
  return added ? `${name}: ${path}` : `${name} is here already and stays as it is: ${path}`;
}

function catalogText(
  { name, title, licence, purpose, card, sources, layers, path, size, downloadSize }: CatalogDescription,
) {
  const pull = `${program} models pull ${name}`;
  const fetching = purpose === "dream"
    ? `fetched on first use (${formatBytes(downloadSize)}), or with: ${pull}`
    : `fetch it (${formatBytes(downloadSize)}) with: ${pull}`;
  const state = path === undefined ? `not here; ${fetching}` : `${path} (${formatBytes(size!)})`;
  const rows = [["name", name], ["licence", licence], ["source", sources.join(", else ")], ["file", state]];
  if (layers.length > 0) rows.push(["layers", layers.join(", ")]);
  return [title, "", card, "", table(rows)].join("\n");
}

function fileText({ path, size, recognised, opset, inputs, layers }: FileDescription): string {
  const shown = inputs.map(({ name, type, dims }) =>
    `${name} ${type}${dims ? ` [${dims.map((size) => size === "" ? "?" : size).join(", ")}]` : ""}`
  );
  return [
    table([
      ["file", `${path} (${formatBytes(size)})`],
      ...recognised ? [["recognised as", recognised]] : [],
      ["operator set", String(opset)],
      ["input", shown.join("; ")],
      [
        "layers",
        layers.length === 0 ? "none that one can dream with" : `${layers.length}, from the input upwards:`,
      ],
    ]),
    ...layers.map((layer) => `  ${layer}`),
  ].join("\n");
}
