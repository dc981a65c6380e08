#!/usr/bin/env bash
# The core must not reach a clock, randomness, files, sockets, threads or the environment: none of
# their symbols may stay undefined in its archives. Argument: the folder with the archives.
set -euo pipefail
folder=$1
shift
pattern='(_chrono.*clock.*now|random_device|clock_gettime|gettimeofday|\btime\b|\brand\b|srand|getrandom'
pattern+='|\bfopen|\bopen(64)?\b|basic_[io]?f?stream|basic_filebuf|\bsocket\b|\bconnect\b|pthread_create'
pattern+='|std::thread|getenv|\bsleep|__cxa_throw$|spdlog|fmt::)'
bad=0
for module in "$@"; do
  archive=$folder/lib$module.a
  [ -f "$archive" ] || continue
  if found=$(nm -uC "$archive" 2>/dev/null | grep -E "$pattern" | sort -u) && [ -n "$found" ]; then
    printf 'module %s uses what the core must not:\n%s\n' "$module" "$found" >&2
    bad=1
  fi
done
exit $bad
