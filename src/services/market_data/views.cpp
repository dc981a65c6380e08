#include "market_data/views.hpp"

#include <algorithm>

namespace market_data {

namespace {

std::string_view name_of(model::AssetClass asset_class) {
  switch (asset_class) {
    case model::AssetClass::Equity: return "equity";
    case model::AssetClass::Etf: return "etf";
    case model::AssetClass::Currency: return "currency";
    case model::AssetClass::Crypto: return "crypto";
  }
  return "";
}

std::string_view name_of(model::InstrumentState state) {
  switch (state) {
    case model::InstrumentState::Open: return "open";
    case model::InstrumentState::Halted: return "halted";
    case model::InstrumentState::Closed: return "closed";
  }
  return "";
}

json::Decimal price_of(const model::Instrument& instrument, money::Price price) {
  return {model::format_price(instrument, price)};
}

json::Decimal quantity_of(const model::Instrument& instrument, money::Quantity quantity) {
  return {model::format_quantity(instrument, quantity)};
}

json::Decimal size_of(std::int64_t nano) {
  return {numeric::format_decimal(nano, money::money_scale)};
}

std::vector<LevelView> levels_of(const std::vector<market::DepthLevel>& levels,
                                 const model::Instrument& instrument) {
  std::vector<LevelView> views;
  views.reserve(levels.size());
  for (const market::DepthLevel& level : levels)
    views.push_back({price_of(instrument, level.price), quantity_of(instrument, level.quantity),
                     level.order_count});
  return views;
}

}  // namespace

InstrumentView view_of(const model::Instrument& instrument) {
  InstrumentView view;
  view.symbol = instrument.symbol.view();
  view.name = instrument.name.view();
  view.asset_class = name_of(instrument.asset_class);
  view.state = name_of(instrument.state);
  view.quote_currency = instrument.quote_currency.text();
  view.tick_size = size_of(instrument.tick_size_nano);
  view.lot_size = size_of(instrument.lot_size_nano);
  view.order_quantity_max = quantity_of(instrument, instrument.order_quantity_max);
  view.order_notional_max.text = money::format_money(instrument.order_notional_max);
  view.collar_bps = instrument.collar_bps;
  return view;
}

QuoteView view_of(const Quote& quote, const model::Instrument& instrument, base::Timestamp now) {
  QuoteView view;
  view.symbol = instrument.symbol.view();
  if (quote.bid.price.ticks() > 0) {
    view.bid_price = price_of(instrument, quote.bid.price);
    view.bid_quantity = quantity_of(instrument, quote.bid.quantity);
  }
  if (quote.ask.price.ticks() > 0) {
    view.ask_price = price_of(instrument, quote.ask.price);
    view.ask_quantity = quantity_of(instrument, quote.ask.quantity);
  }
  if (quote.last.ticks() > 0) view.last_price = price_of(instrument, quote.last);
  if (quote.last_quantity.lots() > 0) {
    view.last_quantity = quantity_of(instrument, quote.last_quantity);
    view.last_side = std::string(model::name_of(quote.last_aggressor));
    view.last_trade_time = base::format_rfc3339(quote.last_trade_time);
  }
  if (quote.updated.ns() > 0) {
    view.time = base::format_rfc3339(quote.updated);
    view.age_ms = std::max<std::int64_t>(0, now - quote.updated) / base::ns_per_ms;
  }
  view.sequence = quote.sequence;
  return view;
}

DepthResponse view_of(const DepthView& depth, const model::Instrument& instrument) {
  DepthResponse response;
  response.symbol = instrument.symbol.view();
  response.bids = levels_of(depth.bids, instrument);
  response.asks = levels_of(depth.asks, instrument);
  if (depth.updated.ns() > 0) response.time = base::format_rfc3339(depth.updated);
  response.sequence = depth.sequence;
  return response;
}

void add_bars(GetBarsResponse& response, std::span<const market::Bar> bars,
              const model::Instrument& instrument, bool columns) {
  if (!columns) {
    auto& items = response.bars.emplace();
    items.reserve(bars.size());
    for (const market::Bar& bar : bars)
      items.push_back({base::format_rfc3339(bar.start), price_of(instrument, bar.open),
                       price_of(instrument, bar.high), price_of(instrument, bar.low),
                       price_of(instrument, bar.close), quantity_of(instrument, bar.volume),
                       bar.trade_count});
    return;
  }
  BarColumns& lists = response.columns.emplace();
  for (const market::Bar& bar : bars) {
    lists.start.push_back(base::format_rfc3339(bar.start));
    lists.open.push_back(price_of(instrument, bar.open));
    lists.high.push_back(price_of(instrument, bar.high));
    lists.low.push_back(price_of(instrument, bar.low));
    lists.close.push_back(price_of(instrument, bar.close));
    lists.volume.push_back(quantity_of(instrument, bar.volume));
    lists.trade_count.push_back(bar.trade_count);
  }
}

}  // namespace market_data
