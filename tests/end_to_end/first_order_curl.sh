#!/usr/bin/env bash
# With nothing but curl: log in, preview, submit a crossing order, see it filled, see position, cash
# and ledger move. jq only reads the answers.
source "$(dirname "$0")/lib.sh"

start_platform
token=$(login)
eventually 100 has_quote ACME || fail "the demo market shows no quote"

account=$(api GET /accounts | jq -re '.accounts[0].account_id')
cash_before=$(api GET "/accounts/$account" | jq -re '.balances[] | select(.currency=="USD") | .balance')
[ "$cash_before" = 1000000 ] || fail "the first account has $cash_before USD"

order='{"symbol":"ACME","side":"buy","order_type":"market","time_in_force":"ioc","quantity":"5"}'
preview=$(api POST /orders/preview "$order")
jq -e '.accepted and (.fill_quantity == "5")' <<<"$preview" >/dev/null || fail "preview: $preview"

placed=$(api POST /orders "$(jq -c '. + {client_order_id:"curl-1"}' <<<"$order")")
jq -e '.status == "filled" and .filled_quantity == "5"' <<<"$placed" >/dev/null || fail "order: $placed"
order_id=$(jq -re .order_id <<<"$placed")

again=$(api POST /orders "$(jq -c '. + {client_order_id:"curl-1"}' <<<"$order")")
[ "$(jq -re .order_id <<<"$again")" = "$order_id" ] || fail "the same id placed another order: $again"
other=$(api POST /orders "$(jq -c '. + {client_order_id:"curl-1",quantity:"6"}' <<<"$order")")
jq -e '.error.reason == "duplicate_client_order_id"' <<<"$other" >/dev/null || fail "other body: $other"

position=$(api GET "/portfolio/$account/positions" | jq -c '.positions[] | select(.symbol=="ACME")')
[ "$(jq -re .quantity <<<"$position")" = 5 ] || fail "position: $position"
cash_after=$(api GET "/accounts/$account" | jq -re '.balances[] | select(.currency=="USD") | .balance')
spent=$(jq -n "$cash_before - $cash_after")
cost=$(jq -re '(.average_price|tonumber) * 5' <<<"$placed")
jq -en "($spent - $cost) | fabs < 0.000001" >/dev/null || fail "spent $spent, the order cost $cost"

ledger=$(api GET "/accounts/$account/ledger")
jq -e '[.entries[] | select(.kind=="trade" and .symbol=="ACME") | .quantity | tonumber] | add == 5' \
  <<<"$ledger" >/dev/null || fail "ledger: $ledger"
jq -e "[.entries[] | select(.currency==\"USD\") | .amount | tonumber] | add - $cash_after | fabs < 0.000001" \
  <<<"$ledger" >/dev/null || fail "the ledger's entries do not give the balance"
api GET /executions | jq -e '.executions[0].symbol == "ACME"' >/dev/null || fail "no execution is listed"

# A resting order is shown, canceled, and gives its hold back.
low=$(api GET /market-data/ACME | jq -r '.bid_price | tonumber * 0.98 * 100 | floor / 100 | tostring')
resting=$(api POST /orders "{\"client_order_id\":\"curl-2\",\"symbol\":\"ACME\",\"side\":\"buy\",\"order_type\":\"limit\",\"time_in_force\":\"gtc\",\"quantity\":\"3\",\"limit_price\":\"$low\"}")
jq -e '.status == "new"' <<<"$resting" >/dev/null || fail "resting order: $resting"
resting_id=$(jq -re .order_id <<<"$resting")
api GET "/orders?status=open" | jq -e ".orders | map(.order_id) | index(\"$resting_id\")" >/dev/null ||
  fail "the open order is not listed"
api PATCH "/orders/$resting_id" '{"quantity":"2"}' | jq -e '.quantity == "2"' >/dev/null || fail "replace"
api DELETE "/orders/$resting_id" | jq -e '.status == "canceled"' >/dev/null || fail "cancel"
api GET "/accounts/$account" | jq -e '.balances[] | select(.currency=="USD") | .held == "0"' >/dev/null ||
  fail "the hold was not given back"

# Every port answers health, metrics and its description; nothing else without a token.
for service_port in 8001 8010 8011 8012 8013 8050 8090 8100; do
  at=http://127.0.0.1:$(port $service_port)
  curl -sS --fail "$at/health" | jq -e '.status' >/dev/null || fail "health on $service_port"
  curl -sS --fail "$at/metrics" | grep '^http_requests_total' >/dev/null || fail "metrics on $service_port"
  curl -sS --fail "$at/openapi.json" | jq -e '.openapi | startswith("3.1")' >/dev/null || fail openapi
  [ "$(curl -sS -o /dev/null -w '%{http_code}' "$at/accounts")" = 401 ] || fail "no token on $service_port"
done

# What was acknowledged is there after a clean stop and a start.
stop_platform || fail "SIGTERM did not end the platform with 0"
start_platform
token=$(login)
api GET "/orders/$order_id" | jq -e '.status == "filled"' >/dev/null || fail "the order is lost"
api GET "/portfolio/$account/positions" | jq -e '.positions[] | select(.symbol=="ACME") | .quantity == "5"' \
  >/dev/null || fail "the position is lost"
stop_platform || fail "the second stop failed"
"$platform" replay verify --data "$data" || fail "replay verify"
"$platform" rebuild --data "$data" >/dev/null || fail "rebuild"
echo "first order with curl: passed"
