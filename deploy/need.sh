#!/bin/sh
# need.sh WHAT PACKAGE: install a Debian package for the tests, only when it is missing and allowed.
set -u
case "$1" in
  chromium) command -v chromium >/dev/null || command -v google-chrome >/dev/null || [ -d "$HOME/.cache/ms-playwright" ] ;;
  java) command -v java >/dev/null ;;
  npm) command -v npm >/dev/null ;;
  postgres) [ -n "${STOREFRONT_TEST_POSTGRES_URL:-}" ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ;;
esac && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Debian package $2 …"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2") >/dev/null 2>&1 && exit 0
fi
echo "$1 is missing: install it with 'apt-get install $2' (those tests are left out)."
[ "${CI:-}" = true ] && exit 1
exit 0
