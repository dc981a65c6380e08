#!/usr/bin/env bash
# The core must not reach a clock, randomness, files, sockets, threads or the environment: none of
# their symbols may stay undefined in its archives. Argument: the folder with the archives.
set -euo pipefail
folder=$1
shift
# C functions stand alone on the line; C++ ones are recognised by their qualified names.
pattern='(_chrono::.*clock::now|random_device|basic_(i|o)?f(ile)?stream|basic_filebuf|std::thread'
pattern+='|spdlog|fmt::v|filesystem'
pattern+='|U (clock_gettime|gettimeofday|time|rand|srand|random|getrandom|fopen(64)?|open(64)?|creat'
pattern+='|socket|connect|pthread_create|getenv|secure_getenv|sleep|usleep|nanosleep|system|popen)(@.*)?$)'
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
