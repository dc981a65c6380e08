#!/usr/bin/env bash
# `run --replay` shows the recorded market, and a resting order at its best bid fills only after the
# displayed queue ahead of it is gone. Skipped by name where the recorded data is absent.
source "$(dirname "$0")/lib.sh"

recordings=${TRADING_DATA_DIR:-$root/../shared/data}
file=$recordings/orderbook/hftbacktest_binance-spot_btcusdt_20240808.gz
if [ ! -f "$file" ]; then
  echo "SKIPPED: the recorded market $file is absent; set TRADING_DATA_DIR"
  exit 77
fi

start_platform --replay "$file" --speed 4
token=$(login)
eventually 200 has_quote BTCUSDT || fail "the replay shows no quote"
depth=$(api GET '/market-data/BTCUSDT/depth?levels=20')
[ "$(jq '.bids | length' <<<"$depth")" -ge 10 ] || fail "depth: $depth"

filled=0
for round in $(seq 1 12); do
  bid=$(api GET /market-data/BTCUSDT | jq -re .bid_price)
  order=$(api POST /orders "{\"client_order_id\":\"queue-$round\",\"symbol\":\"BTCUSDT\",\"side\":\"buy\",\"order_type\":\"limit\",\"time_in_force\":\"gtc\",\"quantity\":\"0.001\",\"limit_price\":\"$bid\"}")
  id=$(jq -re .order_id <<<"$order") || fail "order: $order"
  # The recorded market may have fallen below the bid since it was read: then it did not rest.
  [ "$(jq -re .status <<<"$order")" = new ] || continue
  placed=$(jq -re .sequence <<<"$order")
  for look in $(seq 1 40); do
    order=$(api GET "/orders/$id")
    [ "$(jq -re .status <<<"$order")" = filled ] && break
    sleep 0.05
  done
  if [ "$(jq -re .status <<<"$order")" = filled ]; then
    filled=$((filled + 1))
    # Filled as the resting side, at its own price or better, and not at the moment it arrived.
    jq -e --arg bid "$bid" '.average_price == ($bid | tonumber | tostring) or (.average_price|tonumber) <= ($bid|tonumber)' \
      <<<"$order" >/dev/null || fail "price: $order"
    [ "$(jq -re .sequence <<<"$order")" -gt "$placed" ] || fail "filled on arrival: $order"
  else
    api DELETE "/orders/$id" >/dev/null
  fi
done
echo "$filled of 12 resting orders at the best bid were filled"
[ "$filled" -ge 1 ] || fail "no resting order was filled in 12 rounds"
curl -sS "$base/metrics" | grep '^feed_records' || fail "no feed metrics"
stop_platform || fail "SIGTERM did not end the platform with 0"
"$platform" replay verify --data "$data" || fail "replay verify"
