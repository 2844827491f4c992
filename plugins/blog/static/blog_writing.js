// Writing in the text: signs by button and key, a menu at "/", colours behind the words, paste and drop.
export const $ = (query, el = document) => el.querySelector(query);
export const all = (query, el = document) => [...el.querySelectorAll(query)];

// --- putting words in; execCommand is the one way that keeps the browser's own undo
export const picked = (area) => area.value.slice(area.selectionStart, area.selectionEnd);
export const put = (area, text) => {
  area.focus();
  if (text || picked(area)) document.execCommand(text ? 'insertText' : 'delete', false, text);
};
export const wrap = (area, mark) => {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const n = mark.length;
  const off = from < to && value.slice(from - n, from) === mark && value.slice(to, to + n) === mark;
  if (off) area.setSelectionRange(from - n, to + n);
  put(area, off ? value.slice(from, to) : mark + value.slice(from, to) + mark);
  area.setSelectionRange(from + (off ? -n : n), to + (off ? -n : n));
};
const lineStart = ({ value, selectionStart }) => value.lastIndexOf('\n', selectionStart - 1) + 1;
// Begins each line with a mark in place of another one; without it where all have it already.
export const startLines = (area, mark) => {
  const end = area.value.indexOf('\n', area.selectionEnd);
  area.setSelectionRange(lineStart(area), end < 0 ? area.value.length : end);
  const lines = picked(area).split('\n');
  const off = lines.every((line) => line.startsWith(mark));
  put(area, lines.map((line) => (off ? '' : mark) + line.replace(/^(#{1,6} |> |- |\d+\. )/, '')).join('\n'));
};
export const block = (area, text) => {
  const before = area.value.slice(0, area.selectionStart);
  const after = area.value.slice(area.selectionEnd);
  const gap = !before.trim() || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  put(area, gap + text + (after.startsWith('\n\n') ? '' : after.startsWith('\n') ? '\n' : '\n\n'));
};
// Enter in a list goes on with it, and ends it on an empty point.
const nextPoint = (area) => {
  const from = lineStart(area);
  const line = area.value.slice(from, area.selectionStart);
  const [sign, number] = line.match(/^ *(?:[->]|(\d+)\.) /) ?? [];
  if (!sign || picked(area)) return false;
  if (line === sign) area.setSelectionRange(from, area.selectionStart);
  put(area, line === sign ? '' : `\n${number ? sign.replace(number, Number(number) + 1) : sign}`);
  return true;
};

// --- a list that is walked with the arrows from a field
export const choose = (field, options, option) => {
  for (const one of options) one.ariaSelected = one === option;
  field.setAttribute('aria-activedescendant', option?.id ?? '');
  option?.scrollIntoView({ block: 'nearest' });
};
export const choice = (options) => options.find((one) => one.ariaSelected === 'true');
export const walk = (event, field, options) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !options.length) return false;
  event.preventDefault();
  choose(field, options, options.at((options.indexOf(choice(options)) + step) % options.length));
  return true;
};

// --- colours behind the words
const LOOKS = {
  ours: '(?<=^):::(?:product|order-now)\\b.*', head: '(?<=^)#{1,6} .*', sign: '(?<=^ *)(?:[->]|\\d+\\.) ',
  cite: '\\[@[^\\]\\n]*\\]', link: '!?\\[[^\\]\\n]*\\]\\([^)\\n]*\\)',
  bold: '\\*\\*[^*\\n]+\\*\\*|\\*[^*\\s][^*\\n]*\\*',
};
const FIND = new RegExp(Object.entries(LOOKS).map(([name, sign]) => `(?<${name}>${sign})`).join('|'), 'gm');
const shades = new WeakMap();
const paint = (area) => {
  const parts = [];
  let from = 0;
  for (const { 0: words, index, groups } of area.value.matchAll(FIND)) {
    const mark = document.createElement('span');
    mark.className = `is-${Object.keys(groups).find((name) => groups[name])}`;
    mark.textContent = words;
    parts.push(area.value.slice(from, index), mark);
    from = index + words.length;
  }
  const shade = shades.get(area);
  shade.replaceChildren(...parts, `${area.value.slice(from)}\n`);
  shade.scrollTop = area.scrollTop;
};
// Where a character of the text stands on the screen.
export const place = (area, index) => {
  const walker = document.createTreeWalker(shades.get(area), NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  for (; index >= node.length && walker.nextNode(); node = walker.currentNode) index -= node.length;
  const range = document.createRange();
  range.setStart(node, Math.min(index, node.length - 1));
  range.setEnd(node, Math.min(index + 1, node.length));
  return range.getBoundingClientRect();
};

// --- the menu at "/"
const menu = $('#slash');
const options = all('[role=option]', menu);
let owner; // the text in which it is open
const close = () => {
  owner?.removeAttribute('aria-activedescendant');
  menu.hidden = true;
  owner = undefined;
};
const offer = (area) => {
  const start = lineStart(area);
  const typed = area.value.slice(start, area.selectionStart).match(/^\/([\p{L}-]*)$/u)?.[1].toLowerCase();
  for (const one of options) one.hidden = typed === undefined || !one.textContent.toLowerCase().includes(typed);
  const first = options.find((one) => !one.hidden);
  close();
  if (!first) return;
  owner = area;
  paint(area);
  const { left, top, bottom } = place(area, start);
  menu.hidden = false;
  const { offsetWidth: w, offsetHeight: h } = menu;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - w - 8))}px`;
  menu.style.top = `${Math.max(8, bottom + h + 8 < innerHeight ? bottom + 4 : top - h - 4)}px`;
  choose(area, options, first);
};
const take = (option, open) => {
  const area = owner;
  const { line, pick, block: text } = option.dataset;
  area.setSelectionRange(lineStart(area), area.selectionStart);
  put(area, '');
  close();
  if (line) startLines(area, line);
  else if (pick) open(pick);
  else block(area, text);
};
const inMenu = (event, open) => {
  if (walk(event, owner, options.filter((one) => !one.hidden))) return true;
  if (event.key === 'Enter' || event.key === 'Tab') take(choice(options), open);
  else if (event.key === 'Escape') close();
  else return false;
  event.preventDefault();
  return true;
};

// --- paste and drop
const HEAVY = /<(style|xml)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->|\ssrc="data:[^"]*"/gi;
const pictureIn = ({ files }) => [...files].find((file) => file.type.startsWith('image/'));
const paste = async (event, { clean, drop }) => {
  const { clipboardData: data, target: area } = event;
  const words = data.getData('text/plain');
  const picture = !words.trim() && pictureIn(data);
  const html = data.types.includes('vscode-editor-data') ? '' : data.getData('text/html');
  if (!picture && !html) return;
  event.preventDefault();
  if (picture) { drop(picture); return; }
  const made = (await clean(html.replace(HEAVY, ''))) || words;
  (/\n\n|^([#>|]|- |1\. )/.test(made) ? block : put)(area, made);
};

// --- one text. does: open(kind) a picker, clean(html) → Markdown or '', drop(file) a picture
const MARKS = { b: '**', i: '*' };
const HEADINGS = { Digit1: '## ', Digit2: '### ', Digit3: '' };
export const writeIn = (area, does) => {
  area.setSelectionRange(1e6, 1e6); // without a cursor, things go to the end
  const pre = document.createElement('pre');
  pre.className = 'source shade';
  pre.ariaHidden = true;
  area.before(pre);
  shades.set(area, pre);
  area.parentElement.classList.add('is-shaded');
  paint(area);
  area.oninput = () => { paint(area); offer(area); };
  area.onblur = close;
  area.onpaste = (event) => paste(event, does);
  area.ondragover = area.ondrop = (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    const picture = pictureIn(event.dataTransfer);
    if (picture && event.type === 'drop') does.drop(picture);
  };
  area.onkeydown = (event) => {
    if (event.isComposing || (owner && inMenu(event, does.open))) return;
    const key = event.key.toLowerCase();
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (plain) { if (key !== 'enter' || !nextPoint(area)) return; }
    else if (event.shiftKey || event.getModifierState('AltGraph')) return;
    else if (event.altKey && event.code in HEADINGS) startLines(area, HEADINGS[event.code]);
    else if (!event.altKey && key === 'k') does.open('link');
    else if (!event.altKey && key in MARKS) wrap(area, MARKS[key]);
    else return;
    event.preventDefault();
  };
  menu.onclick = ({ target }) => take(target.closest('[role=option]'), does.open);
};
menu.onpointerdown = (event) => event.preventDefault(); // the caret stays in the text
