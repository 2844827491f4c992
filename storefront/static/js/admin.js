// Small comforts for the admin. Every page works without this file.
const $ = (query, el = document) => el.querySelector(query);
const all = (query, el = document) => [...el.querySelectorAll(query)];
document.documentElement.classList.add('js');

// Unsaved work in form[data-guard] is never lost by a slip.
let unsaved = false;
addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });
document.addEventListener('input', ({ target }) => { if (target.form?.matches('[data-guard]')) unsaved = true; });

// When the session has ended, what was sent waits in this tab while somebody signs in, and then comes back.
const KEPT = 'kept';
const path = (form) => new URL(form.action).pathname;
const keep = (form) => {
  const fields = [...new FormData(form)].filter(([name, value]) => name !== 'csrf_token' && typeof value === 'string');
  sessionStorage.setItem(KEPT, JSON.stringify({ path: path(form), fields }));
};
const bringBack = () => {
  const kept = JSON.parse(sessionStorage.getItem(KEPT));
  if (!kept) return;
  if ($('.door')) { sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, out: true })); return; }
  sessionStorage.removeItem(KEPT);
  const form = kept.out && all('form[data-guard]').find((one) => path(one) === kept.path);
  if (!form) return;
  for (const el of form.elements) {
    const values = kept.fields.filter(([name]) => name === el.name).map(([, value]) => value);
    if (['checkbox', 'radio'].includes(el.type)) el.checked = values.includes(el.value);
    else if (values.length && el.type !== 'file') [el.value] = values;
  }
  unsaved = true;
  const note = $('#kept');
  note.role = 'status';
  note.hidden = false;
};
bringBack();

// data-confirm asks first (on the form or the button pressed; {name} in it is what that field holds); data-once
// takes one click.
document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  const question = (submitter?.dataset.confirm ?? form.dataset.confirm)
    ?.replace(/\{(\w+)\}/g, (all, name) => form.elements[name]?.value.trim() ?? all);
  if ('busy' in form.dataset || (question && !confirm(question))) { event.preventDefault(); return; }
  if (form.matches('[data-guard]')) { unsaved = false; keep(form); }
  if (!form.matches('[data-once]')) return;
  form.dataset.busy = '';
  (submitter ?? $('[type="submit"]', form))?.setAttribute('aria-busy', 'true');
});

// The back button shows pages as they were left: wake busy forms, count ticked rows again.
addEventListener('pageshow', () => {
  all('form[data-once]').forEach((form) => {
    delete form.dataset.busy;
    all('[aria-busy]', form).forEach((button) => button.removeAttribute('aria-busy'));
  });
  all('[data-bulk]').forEach(countRows);
});

// Bulk selection in [data-bulk]: rows are input[data-row]; input[data-all] ticks them all;
// the .bulk bar shows while something is ticked, and says how much in [data-label="{n} selected"].
const countRows = (box) => {
  const rows = all('input[data-row]', box);
  const ticked = rows.filter((row) => row.checked).length;
  const bar = $('.bulk', box);
  const every = $('input[data-all]', box);
  if (bar) {
    bar.hidden = !ticked;
    all('[data-label]', bar).forEach((el) => { el.textContent = el.dataset.label.replace('{n}', ticked); });
  }
  if (every) {
    every.checked = rows.length > 0 && ticked === rows.length;
    every.indeterminate = ticked > 0 && !every.checked;
  }
};
document.addEventListener('change', ({ target }) => {
  const box = target.closest('[data-bulk]');
  if (box && target.matches('[data-all]')) all('input[data-row]', box).forEach((row) => { row.checked = target.checked; });
  if (box) countRows(box);
  if (target.form?.matches('[data-live]')) target.form.requestSubmit(); // period, language, country
});
document.addEventListener('click', ({ target }) => {
  const box = target.closest('[data-clear]')?.closest('[data-bulk]');
  if (!box) return;
  all('input[data-row]', box).forEach((row) => { row.checked = false; });
  countRows(box);
});

$('.error-summary')?.focus();
