#!/bin/sh
# Web and worker of a development shop, side by side; both stop when this stops.
set -eu
flask --app wsgi worker &
worker=$!
gunicorn wsgi:app --bind "$HOST:$PORT" --worker-class gthread --workers 2 --threads 4 --preload --log-level warning &
web=$!
trap 'kill "$web" "$worker" 2>/dev/null || true; wait "$web" "$worker" 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM
cat <<TEXT

The shop is open (Ctrl-C closes it):
  shopper   http://$HOST:$PORT/
  admin     http://$HOST:$PORT/admin/sign-in   "Enter as admin", "Binnen als beheerder"
  marketer  http://$HOST:$PORT/admin/sign-in   "Enter as marketer", "Binnen als marketeer"

TEXT
wait "$web"
