// A citation opens the study card of its source where it stands. Without this file it leads to the list.
const card = document.getElementById('study-card');
const place = (mark) => {
  const { bottom, left } = mark.getBoundingClientRect();
  card.style.setProperty('--below', `${bottom + scrollY}px`);
  card.style.setProperty('--beside', `${Math.max(8, Math.min(left, innerWidth - card.offsetWidth - 16))}px`);
  card.scrollIntoView({ block: 'nearest' });
};
document.addEventListener('click', (event) => {
  const mark = event.target.closest('a.cite');
  const source = mark && document.querySelector(mark.hash);
  if (!source || !card?.showPopover || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const copy = source.firstElementChild.cloneNode(true);
  copy.querySelectorAll('a[href^="#"], summary').forEach((el) => el.remove());
  copy.querySelectorAll('details').forEach((el) => { el.replaceWith(...el.childNodes); });
  card.firstElementChild.replaceChildren(...copy.childNodes);
  card.querySelector('a[href^="#"]').href = mark.hash;
  card.showPopover();
  place(mark);
  card.focus({ preventScroll: true });
});
card?.addEventListener('click', ({ target }) => { if (target.matches('a[href^="#"]')) card.hidePopover(); });
