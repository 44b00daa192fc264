// Small makers of elements. Text is always set as text: what a request brings never becomes markup.

const SVG = "http://www.w3.org/2000/svg";

export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

// Touch the page only where something changed, so that focus and selection stay where they are.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
