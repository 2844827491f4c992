// Small comforts: every page works without this file.
const $ = (query, el = document) => el.querySelector(query);
const all = (query, el = document) => [...el.querySelectorAll(query)];
const drawer = $('#cart-drawer');
document.documentElement.classList.add('js');

// The count comes from a plain cookie: pages are the same for all.
const showCount = () => {
  const n = Number(document.cookie.match(/(?:^|; )cart_count=(\d+)/)?.[1] ?? 0);
  all('[data-cart-count]').forEach((el) => {
    el.textContent = n;
    el.hidden = !n;
    const named = el.closest('[data-label]');
    named?.setAttribute('aria-label', named.dataset.label.replace(n ? '{n}' : ' ({n})', n || ''));
  });
};

// The server answers "X-Fragment: drawer" with the inside of the drawer.
const fillDrawer = async (url, options = {}) => {
  const answer = await fetch(url, { ...options, headers: { 'X-Fragment': 'drawer' }, cache: 'no-store' });
  if (!answer.ok) throw new Error(answer.status);
  const html = await answer.text();
  if (/<html/i.test(html)) { location.assign(answer.url); return; }
  const before = document.activeElement?.id;
  drawer.innerHTML = html;
  showCount();
  if (!drawer.open) drawer.showModal();
  const goal = (before && $(`#${CSS.escape(before)}`, drawer)) || $('[autofocus], h2', drawer);
  if (goal?.matches('h2')) goal.tabIndex = -1;
  goal?.focus();
};

const setBusy = (form, button, busy) => {
  if (busy) form.dataset.busy = '';
  else delete form.dataset.busy;
  button?.setAttribute('aria-busy', busy);
};

// Adding to the cart, and forms in the drawer. If anything fails, the form goes as usual.
let asUsual = false;
const sendToDrawer = async (form, button) => {
  const body = new URLSearchParams(new FormData(form, button));
  setBusy(form, button, true);
  const url = button?.getAttribute('formaction') ?? form.getAttribute('action');
  const failed = await fillDrawer(url, { method: 'POST', body }).catch(() => true);
  setBusy(form, button, false);
  if (!failed) return;
  asUsual = true;
  form.requestSubmit(button);
  asUsual = false;
};

document.addEventListener('submit', (event) => {
  const form = event.target;
  if ('busy' in form.dataset) event.preventDefault(); // one click, one order
  else if (form.matches('[data-once]')) {
    setBusy(form, event.submitter ?? $('[type="submit"]', form), true);
  } else if (drawer && form.matches('[data-buy], [data-drawer]') && !asUsual) {
    event.preventDefault();
    sendToDrawer(form, event.submitter);
  }
});

// Back shows pages as they were left: wake busy forms, count again.
addEventListener('pageshow', () => {
  all('[data-once]').forEach((form) => setBusy(form, $('[aria-busy]', form), false));
  showCount();
  mirrorPrice($('.option [name="sku"]:checked'));
});

// Variant choice: mirror its prices (the server has the last word).
const mirrorPrice = (radio) => {
  if (!radio?.dataset.p) return;
  for (const key of ['price', 'unit', 'day', 'stock']) {
    all(`[data-${key}]`).forEach((el) => { el.textContent = radio.dataset[key[0]]; });
  }
};

// Filters and quantities apply at once; a stepper waits for the last click.
let timer;
document.addEventListener('change', ({ target }) => {
  if (target.name === 'sku') mirrorPrice(target);
  if (target.id === 'country' && !$('#delivery :checked')?.offsetParent) {
    all('#delivery input').find((el) => el.offsetParent)?.click(); // its own
  }
  if (!target.form?.matches('[data-live], [data-drawer]')) return;
  clearTimeout(timer);
  timer = setTimeout(() => target.form?.requestSubmit(), target.type === 'number' ? 400 : 0);
});

document.addEventListener('click', (event) => {
  const { target } = event;
  const link = target.closest('[data-open-cart]');
  if (link && drawer && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    fillDrawer(link.href).catch(() => location.assign(link.href));
  }
  if (drawer && (target === drawer || target.closest('[data-close]'))) drawer.close();

  // Steppers; without script the number field does the work.
  const step = Number(target.closest('.qty button')?.value);
  if (step) {
    const input = $('input', target.closest('.qty'));
    input.value = Math.min(input.max || 99, Math.max(input.min || 1, Number(input.value) + step));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  // Carousel pager: sideways only.
  const slide = target.closest('.pager a') && $(target.closest('a').hash);
  if (slide) {
    event.preventDefault();
    slide.parentElement.scrollTo({ left: slide.offsetLeft - slide.parentElement.offsetLeft });
  }
});

// Gallery: move the strip, never the page; mark the current view.
const stage = $('.gallery__stage');
const thumbs = all('.gallery__thumbs a');
thumbs.forEach((a, i) => a.addEventListener('click', (event) => {
  event.preventDefault();
  stage.scrollTo({ left: i * stage.clientWidth });
}));
stage?.addEventListener('scroll', () => {
  const now = Math.round(stage.scrollLeft / stage.clientWidth);
  thumbs.forEach((a, i) => a.setAttribute('aria-current', i === now));
}, { passive: true });

$('.error-summary')?.focus();
