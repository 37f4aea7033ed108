// The gate's picture: two posts, a beam, two doors, and the road beyond. The style sheet moves it by data-gate.
import { svg } from './dom';

const WIDTH = 240;
const HEIGHT = 168;

export function gatePicture(): SVGElement {
  return svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'picture', 'aria-hidden': 'true', focusable: 'false' },
    beyond(),
    door('left', 58),
    door('right', 120),
    bar(),
    fence(2, 40),
    fence(200, 238),
    frame(),
    lantern(),
  );
}

function rect(x: number, y: number, width: number, height: number, name: string, radius = 0): SVGElement {
  return svg('rect', { x, y, width, height, rx: radius, class: name });
}

function path(d: string, name: string): SVGElement {
  return svg('path', { d, class: name });
}

// Morning behind the gate: a sun, two mountains, and the road that goes on.
function beyond(): SVGElement {
  return svg(
    'g',
    { class: 'beyond' },
    rect(58, 46, 124, 112, 'sky'),
    svg('circle', { cx: 146, cy: 78, r: 17, class: 'sun' }),
    path('M58 128 L92 80 L100 88 L108 80 L146 128 Z', 'mountain'),
    path('M92 80 L100 88 L108 80 L100 69 Z', 'snow'),
    path('M104 130 L150 102 L182 124 L182 132 Z', 'hill'),
    rect(58, 126, 124, 32, 'field'),
    path('M113 126 L125 126 L160 158 L80 158 Z', 'way'),
  );
}

function door(side: 'left' | 'right', x: number): SVGElement {
  const planks = [1, 2, 3].map((each) => rect(x + each * 15.5 - 0.75, 46, 1.5, 112, 'seam'));
  const braces = [60, 136].map((y) => rect(x, y, 62, 7, 'brace'));
  const studs = [60, 136].flatMap((y) => [8, 31, 54].map((at) => svg('circle', { cx: x + at, cy: y + 3.5, r: 2, class: 'stud' })));
  return svg('g', { class: `door ${side}` }, rect(x, 46, 62, 112, 'planks'), ...planks, ...braces, ...studs);
}

// What keeps the doors shut for somebody who was refused.
function bar(): SVGElement {
  return svg('g', { class: 'bar' }, rect(52, 94, 136, 13, 'beam', 2), rect(84, 90, 8, 21, 'clasp', 1), rect(148, 90, 8, 21, 'clasp', 1));
}

function frame(): SVGElement {
  return svg(
    'g',
    { class: 'frame' },
    rect(44, 22, 14, 138, 'post', 1),
    rect(182, 22, 14, 138, 'post', 1),
    rect(41, 154, 20, 8, 'foot', 1),
    rect(179, 154, 20, 8, 'foot', 1),
    rect(22, 30, 196, 14, 'crossbeam', 2),
    rect(22, 30, 5, 14, 'cap', 1),
    rect(213, 30, 5, 14, 'cap', 1),
    path('M40 22 L51 12 L62 22 Z M178 22 L189 12 L200 22 Z', 'cap'),
  );
}

// Sharpened palings to either side, as they stood along the highways.
function fence(from: number, to: number): SVGElement {
  const palings: SVGElement[] = [];
  for (let x = from; x + 6 <= to; x += 9) palings.push(path(`M${x} 160 V92 L${x + 3} 84 L${x + 6} 92 V160 Z`, 'paling'));
  return svg('g', { class: 'fence' }, ...palings, rect(from - 2, 106, to - from + 4, 5, 'rail'), rect(from - 2, 140, to - from + 4, 5, 'rail'));
}

function lantern(): SVGElement {
  return svg(
    'g',
    { class: 'lantern' },
    path('M211 44 V54', 'cord'),
    svg('circle', { cx: 211, cy: 67, r: 22, class: 'glow' }),
    rect(206, 53, 10, 4, 'cap', 1),
    rect(202, 57, 18, 21, 'paper', 7),
    rect(206, 78, 10, 3, 'cap', 1),
  );
}
