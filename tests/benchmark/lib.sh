# Sourced by run.sh: figures with their spread, and the real executable on a port range and data
# folder of its own, always stopped by its process id.

# Beside the build: a temporary folder may be memory, and the figures are about a disk.
work=$(mktemp -d "$build/bench.XXXXXX")
export TRADING_ADMIN_PASSWORD=a-benchmark-password
export RATE_LIMIT_PER_MINUTE=10000000 RATE_LIMIT_PER_HOUR=1000000000
platform_pid=
offset=

stop_bench() {
  echo "bench: $*" >&2
  exit 1
}

stop_platform() { # [SIGNAL]
  [ -n "$platform_pid" ] || return 0
  kill -"${1:-TERM}" "$platform_pid" 2>/dev/null || true
  wait "$platform_pid" || true
  platform_pid=
}

finish() {
  local status=$?
  stop_platform KILL 2>/dev/null
  [ $status -eq 0 ] || tail -n 15 "$work/log" >&2 2>/dev/null || true
  rm -rf "$work"
  exit $status
}
trap finish EXIT

# Starts the platform and waits for Ready; leaves the time from exec to Ready in ready_ms.
start_platform() { # FOLDER [ARGUMENTS OF run]
  local folder=$1 try line began pipe=$work/pipe
  shift
  for try in 1 2 3 4 5; do
    offset=${offset:-$((1000 + (RANDOM % 200) * 100))}
    rm -f "$pipe" && mkfifo "$pipe"
    began=${EPOCHREALTIME/./}
    ${preload:+env "LD_PRELOAD=$preload"} "$platform" run --data "$folder" --port-offset "$offset" \
      "$@" >"$pipe" 2>>"$work/log" &
    platform_pid=$!
    exec 3<"$pipe"
    while IFS= read -r line <&3; do
      printf '%s\n' "$line" >>"$work/log"
      [ "$line" != Ready ] || break
    done
    ready_ms=$(((${EPOCHREALTIME/./} - began) / 1000))
    if [ "$line" = Ready ]; then
      cat <&3 >>"$work/log" &
      exec 3<&-
      return
    fi
    stop_platform KILL
    offset=
  done
  stop_bench "the platform did not start"
}

port() { # PORT of the contract
  echo $(($1 + offset))
}

# Figures: collect NAME VALUE, then median, least, most or spread NAME.
collect() {
  echo "$2" >>"$work/figure-$1"
}
median() {
  sort -g "$work/figure-$1" | awk '{v[NR]=$1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}
spread() {
  sort -g "$work/figure-$1" | awk '{v[NR]=$1} END {printf "%s-%s", v[1], v[NR]}'
}
figure() { # NAME: median (least-most)
  echo "$(median "$1") ($(spread "$1"))"
}

# Takes name=value words apart: collect_words PREFIX "a=1 b=2" collects PREFIX.a and PREFIX.b.
collect_words() {
  local word
  for word in $2; do collect "$1.${word%%=*}" "${word#*=}"; done
}

title() {
  printf '\n%s\n' "$*"
}
row() { # LABEL TEXT
  printf '  %-44s %s\n' "$1" "$2"
}
