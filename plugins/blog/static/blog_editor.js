// The article editor: toolbar, live preview, picker at the cursor. Every task works without this file.
import { $, all, block, choice, choose, picked, place, put, startLines, walk, wrap, writeIn } from './blog_writing.js';

const form = $('.writer-form');
const chosen = () => $('[name="shown"]:checked', form).value;
let lately = 'nl'; // the language that was worked on last, where both are in sight
const shown = () => (chosen() === 'both' ? lately : chosen());
const side = (lang = shown()) => $(`.side[data-lang="${lang}"]`, form);
const source = (lang) => $('textarea.source', side(lang));
const turnTo = ({ target }) => { lately = target.closest('.side[data-lang]')?.dataset.lang ?? lately; };
form.addEventListener('focusin', turnTo);
const post = async (what, fields, signal) => {
  const body = new FormData();
  body.set('csrf_token', form.elements.csrf_token.value); // renewed while the page is open
  for (const [name, value] of Object.entries(fields)) if (value) body.set(name, value);
  const answer = await fetch(form.dataset[what], { method: 'POST', body, signal });
  return { ok: answer.ok, status: answer.status, text: await answer.text() };
};

// --- live preview: the page of the shop
const state = $('[data-state]', form);
const said = state.textContent;
const waiting = {};
const running = {};
const OF_LANG = ['title', 'lead', 'image_alt', 'body'];
const SHARED = ['author', 'reviewer', 'main_topic', 'picture_kept', 'no_picture'];
const preview = async (lang) => {
  const fields = { lang, code: form.dataset.code };
  for (const name of OF_LANG) fields[name] = form.elements[`${lang}-${name}`].value;
  for (const name of SHARED) fields[name] = new FormData(form).get(name);
  running[lang]?.abort();
  running[lang] = new AbortController();
  try {
    const { ok, text } = await post('preview', fields, running[lang].signal);
    if (!ok) throw new Error(text);
    const page = $('.preview', side(lang)).contentDocument;
    $('#main', page).replaceWith(page.adoptNode($('#main', new DOMParser().parseFromString(text, 'text/html'))));
    if (state.textContent === state.dataset.failed) state.textContent = said;
    follow(lang);
  } catch (error) {
    if (error.name !== 'AbortError') state.textContent = state.dataset.failed;
  }
};
const previewSoon = (lang, after = 500) => {
  clearTimeout(waiting[lang]);
  waiting[lang] = setTimeout(preview, after, lang);
};
// The block at the caret stands beside its line; while the text is scrolled, the first one in sight does.
const follow = (lang, scrolled) => {
  const { contentDocument: page, contentWindow: view } = $('.preview', side(lang));
  const area = source(lang);
  const blocks = all('[data-b]', page);
  if (!blocks.length || !area.offsetHeight) return;
  const starts = [0];
  for (const line of area.value.split('\n')) starts.push(starts.at(-1) + line.length + 1);
  const y = (one) => place(area, starts[one.dataset.b]).top - area.getBoundingClientRect().top;
  let beside = !scrolled && blocks.findLast((one) => starts[one.dataset.b] <= area.selectionStart);
  if (!beside || y(beside) < 0 || y(beside) > area.offsetHeight) beside = blocks.find((one) => y(one) >= 0) ?? blocks.at(-1);
  view.scrollTo(0, scrolled && area.scrollTop < 9 ? 0 : beside.getBoundingClientRect().top + view.scrollY - y(beside));
};

// --- a web address from the title, until there is one
const ours = {};
const proposeSlug = (lang, title) => {
  const slug = form.elements[`${lang}-slug`];
  if (slug.value && slug.value !== ours[lang]) return;
  const plain = title.normalize('NFKD').replace(/[\u0300-\u036f'\u2019]/g, '').toLowerCase();
  ours[lang] = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 110);
  slug.value = ours[lang];
};
form.addEventListener('input', ({ target: { id, name = '', value } }) => {
  const [, lang, part] = name.match(/^(\w\w)-(\w+)$/) ?? [];
  if (OF_LANG.includes(part)) previewSoon(lang);
  else if (SHARED.includes(name)) ['nl', 'en'].forEach((one) => previewSoon(one));
  if (part === 'title') proposeSlug(lang, value);
  const hint = $(`[data-count="${id}"]`, form);
  if (hint) hint.textContent = hint.dataset.label.replace('{n}', [...value].length);
});

// --- the picker
const finder = $('#insert');
const pictures = $('#insert-picture');
// Back to the caret: closing alone would put it at the beginning.
const shut = (dialog) => {
  const area = source();
  const { selectionStart, selectionEnd } = area;
  dialog.close();
  area.focus();
  area.setSelectionRange(selectionStart, selectionEnd);
};
for (const dialog of [finder, pictures]) {
  dialog.open = false;
  dialog.onclick = ({ target }) => { if (target === dialog || target.closest('[data-close]')) shut(dialog); };
  dialog.oncancel = (event) => { event.preventDefault(); shut(dialog); };
  dialog.oninput = (event) => event.stopPropagation(); // what is typed here is no part of the article
}
const kind = $('#look_in', finder);
const text = $('#look_for', finder);
const results = $('[data-results]', finder);
Object.assign(text, { type: 'text', role: 'combobox', ariaAutoComplete: 'list' });
let looking = 0;
let typing; // a search that waits for the last key; it must not replace what is ticked meanwhile
const options = () => all('[role=option]', results);
const show = (html) => {
  results.innerHTML = html;
  const [first] = options();
  text.ariaExpanded = Boolean(first);
  text.setAttribute('aria-controls', first ? 'found' : '');
  choose(text, options(), first);
};
const look = async () => {
  clearTimeout(typing);
  typing = undefined;
  const mine = ++looking;
  const query = new URLSearchParams({ kind: kind.value, text: text.value, lang: shown() });
  try {
    const answer = await fetch(`${form.dataset.pick}?${query}`);
    if (!answer.ok) throw new Error(answer.status);
    const html = await answer.text();
    if (mine === looking) show(html);
  } catch { state.textContent = state.dataset.failed; }
};
const open = (what) => {
  if (what === 'new-picture') { pictures.showModal(); file.focus(); return; }
  kind.value = what;
  text.value = what === 'link' && picked(source()).match(/^https?:.*/)?.[0] || '';
  show('');
  finder.showModal();
  text.focus();
  look();
};
text.oninput = () => { clearTimeout(typing); typing = setTimeout(look, 200); };
text.onkeydown = async (event) => {
  if (walk(event, text, options())) return;
  if (event.key === 'ArrowDown') $('input', results)?.focus();
  if (event.key !== 'Enter') return;
  event.preventDefault();
  if (typing || !options().length) await look(); // what stands there answers an older question
  if (choice(options())) insert(choice(options()));
};
kind.onchange = look;
results.onkeydown = (event) => {
  if (event.key !== 'Enter' || event.target.localName !== 'input') return;
  event.preventDefault();
  insert($('[data-order]', results));
};
results.onclick = ({ target }) => {
  const option = target.closest('[role=option]');
  if (option) insert(option);
};
const insert = ({ dataset: { order, markdown, words } }) => {
  shut(finder);
  const area = source();
  if (order !== undefined) {
    const codes = all('[name="chosen"]:checked', results).map((box) => box.value);
    const heading = $('#heading', results).value.replaceAll('|', '/').trim();
    if (codes.length) block(area, `:::order-now ${codes.join(' ')}${heading && ` | ${heading}`}`);
  } else if (/^(:::|!)/.test(markdown)) block(area, markdown);
  else put(area, words && picked(area) ? markdown.replace(`[${words}]`, () => `[${picked(area)}]`) : markdown);
};

// --- a picture: by button, drop or paste; never without its description
const file = form.elements.text_picture;
const alt = form.elements.text_picture_alt;
const refuse = (why) => Object.assign($('[data-wrong]', pictures), { hidden: !why, textContent: why });
const drop = (picture) => {
  const given = new DataTransfer();
  given.items.add(picture);
  file.files = given.files;
  pictures.showModal();
  alt.focus();
};
const addPicture = async () => {
  try {
    const { ok, status, text: told } = await post('pictures', { text_picture_alt: alt.value, text_picture: file.files[0] });
    refuse(ok ? '' : status < 500 && status !== 413 ? told : form.dataset.tooLarge);
    if (!ok) { alt.focus(); return; }
    shut(pictures);
    block(source(), told);
    file.value = alt.value = '';
  } catch { refuse(state.dataset.failed); }
};
alt.onkeydown = (event) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  addPicture();
};
const clean = async (html) => {
  const { ok, text: made } = await post('clean', { html }).catch(() => ({}));
  return ok ? made : '';
};
for (const lang of ['nl', 'en']) {
  const area = source(lang);
  writeIn(area, { open, clean, drop });
  area.onscroll = () => { $('.shade', side(lang)).scrollTop = area.scrollTop; follow(lang, true); };
  area.onclick = area.onkeyup = () => follow(lang);
}

// --- clicks and keys
const INSTEAD = {
  insert,
  find: look,
  'add-picture': addPicture,
  preview: () => { preview(shown()); $('.preview', side()).scrollIntoView({ block: 'nearest' }); },
};
form.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  turnTo(event);
  const { wrap: mark, line, pick } = button.dataset;
  const here = INSTEAD[button.name === 'insert' ? 'insert' : button.value];
  if (mark) wrap(source(), mark);
  else if (line) startLines(source(), line);
  else if (pick) open(pick);
  if (!here) return;
  event.preventDefault();
  here(button);
});
addEventListener('keydown', (event) => {
  if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (!$('dialog[open]')) form.requestSubmit($('[value="save"]', form));
});

// A link to a field of the language behind brings that language to the front.
(onhashchange = () => {
  const lang = location.hash.match(/^#(nl|en)-/)?.[1];
  if (!lang) return;
  if (chosen() !== 'both') $(`#shown-${lang}`).checked = true;
  $(location.hash)?.focus();
})();
