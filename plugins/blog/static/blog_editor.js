// The article editor: toolbar, live preview, picker at the cursor. Every task works without this file.
const $ = (query, el = document) => el.querySelector(query);
const all = (query, el = document) => [...el.querySelectorAll(query)];
const form = $('.writer-form');
const token = $('[name="csrf_token"]', form).value;
const shown = () => $('[name="shown"]:checked', form).value;
const side = (lang = shown()) => $(`.side[data-lang="${lang}"]`, form);
const visited = new WeakSet();
form.addEventListener('focusin', ({ target }) => visited.add(target));
const source = () => {
  const area = $('.source', side());
  if (!visited.has(area)) area.setSelectionRange(area.value.length, area.value.length); // where no cursor was yet: at the end
  return area;
};

// --- writing into the text; execCommand keeps the browser's own undo ------------------------------------
const put = (area, text) => {
  area.focus();
  if (!document.execCommand('insertText', false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
};
const picked = (area) => area.value.slice(area.selectionStart, area.selectionEnd);
const wrap = (area, mark) => {
  const words = picked(area);
  put(area, mark + words + mark);
  if (!words) area.setSelectionRange(area.selectionStart - mark.length, area.selectionStart - mark.length);
};
const startLines = (area, mark) => {
  const start = area.value.lastIndexOf('\n', area.selectionStart - 1) + 1;
  area.setSelectionRange(start, Math.max(area.selectionEnd, start));
  put(area, picked(area).split('\n').map((line) => mark + line).join('\n'));
};
const block = (area, text) => {
  const before = area.value.slice(0, area.selectionStart);
  const after = area.value.slice(area.selectionEnd);
  const gap = (near, last) => (!near.trim() || near.endsWith('\n\n') ? '' : near.endsWith('\n') ? '\n' : last);
  put(area, gap(before, '\n\n') + text + (after.startsWith('\n\n') ? '' : after.startsWith('\n') ? '\n' : '\n\n'));
};

// --- live preview ---------------------------------------------------------------------------------------
const state = $('[data-state]', form);
const said = state.textContent;
const waiting = {};
const running = {};
const preview = async (lang) => {
  const data = new FormData();
  data.set('csrf_token', token);
  data.set('lang', lang);
  for (const name of ['title', 'lead', 'body']) data.set(name, form.elements[`${lang}-${name}`].value);
  running[lang]?.abort();
  running[lang] = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, { method: 'POST', body: data, signal: running[lang].signal });
    if (!answer.ok) throw new Error(answer.status);
    const html = await answer.text();
    const page = $('.preview', side(lang)).contentDocument;
    $('#main', page).innerHTML = html;
    state.textContent = said;
  } catch (error) {
    if (error.name !== 'AbortError') state.textContent = state.dataset.failed;
  }
};
const previewSoon = (lang, after = 500) => {
  clearTimeout(waiting[lang]);
  waiting[lang] = setTimeout(() => preview(lang), after);
};
form.addEventListener('input', ({ target }) => {
  const [, lang, name] = target.name?.match(/^(\w\w)-(title|lead|body)$/) ?? [];
  if (lang) previewSoon(lang);
  if (name === 'title') proposeSlug(lang, target.value);
});

// --- a web address from the title, until there is one ----------------------------------------------------
const ours = {};
const proposeSlug = (lang, title) => {
  const slug = form.elements[`${lang}-slug`];
  if (slug.value && slug.value !== ours[lang]) return;
  const plain = title.normalize('NFKD').replace(/[\u0300-\u036f'\u2019]/g, '').toLowerCase();
  ours[lang] = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 110);
  slug.value = ours[lang];
};

// --- counting characters ---------------------------------------------------------------------------------
for (const hint of all('[data-count]', form)) {
  const field = document.getElementById(hint.dataset.count);
  field.addEventListener('input', () => { hint.textContent = hint.dataset.label.replace('{n}', [...field.value].length); });
}

// --- the picker: a part of the page without script, a dialog with it ----------------------------------------
const dialogOf = (section) => {
  const dialog = document.createElement('dialog');
  dialog.className = 'insert-dialog';
  dialog.setAttribute('aria-labelledby', section.getAttribute('aria-labelledby'));
  section.replaceWith(dialog);
  section.removeAttribute('aria-labelledby');
  dialog.append(section);
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog || target.closest('[data-close]')) dialog.close();
  });
  dialog.addEventListener('close', () => source().focus());
  return dialog;
};
const finder = dialogOf($('#insert'));
const pictures = dialogOf($('#insert-picture'));
const kind = $('#look_in', finder);
const text = $('#look_for', finder);
const results = $('[data-results]', finder);
let looking = 0;
let typing; // a search that waits for the last key; it must not replace what is ticked meanwhile
const look = async () => {
  clearTimeout(typing);
  const mine = ++looking;
  const query = new URLSearchParams({ kind: kind.value, text: text.value, lang: shown() });
  try {
    const answer = await fetch(`${form.dataset.pick}?${query}`);
    if (!answer.ok) throw new Error(answer.status);
    const html = await answer.text();
    if (mine === looking) results.innerHTML = html;
  } catch { state.textContent = state.dataset.failed; }
};
const open = (what) => {
  if (what === 'picture') { pictures.showModal(); return; }
  kind.value = what;
  text.value = what === 'link' && /^https?:/.test(picked(source())) ? picked(source()) : '';
  results.replaceChildren();
  finder.showModal();
  text.focus();
  look();
};
text.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(look, 250); });
text.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); look(); } });
kind.addEventListener('change', look);
results.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.target.id !== 'heading') return;
  event.preventDefault();
  insert($('[data-order]', results));
});
// What is typed in the picker is no part of the article.
finder.addEventListener('input', (event) => event.stopPropagation());

const insert = (button) => {
  finder.close();
  const area = source();
  if ('order' in button.dataset) {
    const codes = all('[name="chosen"]:checked', results).map((box) => box.value);
    const heading = $('#heading', results).value.replaceAll('|', '/').trim();
    if (codes.length) block(area, `:::order-now ${codes.join(' ')}${heading ? ` | ${heading}` : ''}`);
    return;
  }
  const { markdown, words } = button.dataset;
  if (markdown.startsWith(':::')) block(area, markdown);
  else put(area, words && picked(area) ? markdown.replace(`[${words}]`, () => `[${picked(area)}]`) : markdown);
};

const addPicture = async () => {
  const file = form.elements.text_picture;
  const alt = form.elements.text_picture_alt;
  const wrong = $('[data-wrong]', pictures);
  const data = new FormData();
  data.set('csrf_token', token);
  data.set('text_picture_alt', alt.value);
  if (file.files[0]) data.set('text_picture', file.files[0]);
  try {
    const answer = await fetch(form.dataset.pictures, { method: 'POST', body: data });
    const said = await answer.text();
    wrong.hidden = answer.ok;
    if (!answer.ok) { wrong.textContent = answer.status < 500 && answer.status !== 413 ? said : form.dataset.tooLarge; return; }
    pictures.close();
    block(source(), said);
    file.value = alt.value = '';
  } catch { wrong.hidden = false; wrong.textContent = state.dataset.failed; }
};

// --- clicks ------------------------------------------------------------------------------------------------
form.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { wrap: mark, line, pick } = button.dataset;
  if (mark) wrap(source(), mark);
  else if (line) startLines(source(), line);
  else if (pick) open(pick);
  else if (button.name === 'insert') { event.preventDefault(); insert(button); }
  else if (button.value === 'find') { event.preventDefault(); look(); }
  else if (button.value === 'add-picture') { event.preventDefault(); addPicture(); }
  else if (button.value === 'preview') { event.preventDefault(); previewSoon(shown(), 0); $('.preview', side()).scrollIntoView({ block: 'nearest' }); }
});

// A link to a field of the language behind brings that language to the front.
const bringForward = () => {
  const lang = location.hash.match(/^#(nl|en)-/)?.[1];
  if (!lang) return;
  $(`#shown-${lang}`, form).checked = true;
  $(location.hash, form)?.focus();
};
addEventListener('hashchange', bringForward);
bringForward();
