// Keeps what is written: on this device at once, on the server every few seconds. It only adds to blog_editor.js.
const $ = (query, el = document) => el.querySelector(query);
const all = (query, el = document) => [...el.querySelectorAll(query)];
const form = $('.writer-form');
const box = $('[data-keeping]');
const line = $('[data-kept]', form);
const { keeping: address, code, keeper } = box.dataset;
const EVERY = 3000;
const MINUTE = 60000;
const MARK = 'writing:'; // before the key of a window, in this device's memory
const key = form.elements.working_key.value;
const fields = () => [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'csrf_token');
let changed = false; // since the server last took it in
let trouble = ''; // offline, out (signed out), failed
let timer;
let failures = 0;
let sending; // one at a time: a later text never waits behind an older one
let leaving = false;

// --- this device ------------------------------------------------------------------------------------------
const remember = () => {
  if (!changed) return;
  try {
    localStorage.setItem(MARK + key, JSON.stringify({ code, keeper, seen: form.elements.shown_at.value, fields: fields() }));
  } catch { /* full or forbidden: the server has it */ }
};
const forget = (one = key) => { try { localStorage.removeItem(MARK + one); } catch { /* forbidden */ } };
// What an earlier window could not send any more: it goes to the server first, which then offers it.
const left = () => {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(MARK) && name !== MARK + key)
      .map((name) => ({ key: name.slice(MARK.length), ...JSON.parse(localStorage.getItem(name)) }))
      .filter((one) => one.keeper === keeper && one.code === code);
  } catch { return []; }
};

// --- what is said -----------------------------------------------------------------------------------------
const say = (what, text = box.dataset[what]) => {
  trouble = what;
  line.toggleAttribute('data-trouble', Boolean(what));
  if (text !== undefined && line.textContent !== text) line.textContent = text;
};
const show = (html) => {
  const fresh = document.createElement('div');
  fresh.innerHTML = html;
  const said = $('[data-said]', fresh);
  said?.remove();
  all('[data-unsaved]', fresh).forEach((one) => { if (one.dataset.unsaved === key) one.remove(); });
  if ($('[data-conflict]', form)) $('[data-overtaken]', fresh)?.remove(); // it says more
  if (fresh.textContent.replace(/\s+/g, ' ') !== box.textContent.replace(/\s+/g, ' ')) box.replaceChildren(...fresh.childNodes);
  if (said) say('', said.textContent);
  else if (trouble) say('', '');
};

// --- the server -------------------------------------------------------------------------------------------
const ask = async (path, options) => {
  const answer = await fetch(path, { redirect: 'manual', signal: AbortSignal.timeout(10000), ...options });
  if (answer.type === 'opaqueredirect') throw new Error('out');
  if (!answer.ok) throw new Error(answer.status === 403 ? 'token' : 'failed');
  return answer.text();
};
const post = (given) => {
  const data = new FormData();
  data.set('csrf_token', form.elements.csrf_token.value);
  data.set('fields', JSON.stringify(given));
  return ask(address, { method: 'POST', body: data });
};
const look = async () => {
  const html = await ask(`${address}?${new URLSearchParams({ code, key })}`);
  form.elements.csrf_token.value = html.match(/data-token="([^"]+)"/)[1];
  return html;
};
const later = (after) => {
  clearTimeout(timer);
  timer = setTimeout(send, after);
};
const once = async () => {
  const what = changed ? fields() : null;
  changed = false;
  try {
    if (trouble === 'out') show(await look());
    show(await post({ key, code, seen: form.elements.shown_at.value, fields: what }));
    failures = 0;
    if (what && !changed) forget();
    later(changed ? EVERY : MINUTE);
    return true;
  } catch (error) {
    changed ||= Boolean(what);
    remember();
    say(['out', 'failed', 'token'].includes(error.message) ? error.message.replace('token', 'out') : 'offline');
    failures += 1;
    if (trouble === 'out') clearTimeout(timer);
    else later(Math.min(EVERY * 2 ** failures, MINUTE));
    return false;
  }
};
const send = () => (sending ??= once().finally(() => { sending = undefined; }));

const touched = (event) => {
  if (leaving || !event.target.name) return;
  if (!changed && !trouble) later(EVERY);
  changed = true;
  clearTimeout(touched.timer);
  touched.timer = setTimeout(remember, 200);
};
form.addEventListener('input', touched);
form.addEventListener('change', touched);
addEventListener('pagehide', remember);
addEventListener('online', send);
addEventListener('focus', () => { if (trouble) send(); });
addEventListener('pageshow', ({ persisted }) => { if (persisted) { leaving = false; send(); } });

// --- saving: first what is kept, then the form; without a connection it stays here -----------------------------
form.addEventListener('submit', async (event) => {
  if (leaving || trouble === 'out') return; // signed out: admin.js keeps what was sent until somebody signs in
  event.preventDefault();
  event.stopPropagation();
  const { submitter } = event;
  await sending;
  changed = true;
  await send();
  if (trouble === 'offline') { say('offline', box.dataset.held); return; }
  leaving = true;
  clearTimeout(timer);
  form.requestSubmit(submitter);
  leaving = false;
});

// --- at the beginning ---------------------------------------------------------------------------------------
const begin = async () => {
  for (const one of left()) {
    try {
      await post(one);
      forget(one.key);
    } catch { /* next time */ }
  }
  if (!$('#kept').hidden) changed = true; // what came back after signing in
  send();
};
begin();
