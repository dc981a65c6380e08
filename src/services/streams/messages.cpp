#include "streams/messages.hpp"

#include "base/time.hpp"
#include "json/writer.hpp"
#include "operations/order_view.hpp"

namespace streams {
namespace {

// Begins {"type":TYPE,"symbol":SYMBOL.
json::Writer begin(std::string& out, std::string_view type, const model::Instrument& instrument) {
  json::Writer writer(out);
  writer.begin_object();
  writer.member("type", type);
  writer.member("symbol", instrument.symbol.view());
  return writer;
}

void level(json::Writer& writer, const char* price_name, const char* quantity_name,
           const model::Instrument& instrument, const market::DepthLevel& level) {
  if (level.price.ticks() == 0) return;
  writer.member(price_name, model::format_price(instrument, level.price));
  writer.member(quantity_name, model::format_quantity(instrument, level.quantity));
}

void levels(json::Writer& writer, const char* name, const model::Instrument& instrument,
            const std::vector<market::DepthLevel>& side) {
  writer.key(name);
  writer.begin_array();
  for (const market::DepthLevel& level : side) {
    writer.begin_array();
    writer.text(model::format_price(instrument, level.price));
    writer.text(model::format_quantity(instrument, level.quantity));
    writer.integer(static_cast<std::int64_t>(level.order_count));
    writer.end_array();
  }
  writer.end_array();
}

}  // namespace

std::string quote_message(const model::Instrument& instrument, const market_data::Quote& quote) {
  std::string out;
  json::Writer writer = begin(out, "quote", instrument);
  level(writer, "bid_price", "bid_quantity", instrument, quote.bid);
  level(writer, "ask_price", "ask_quantity", instrument, quote.ask);
  if (quote.last.ticks() > 0)
    writer.member("last_price", model::format_price(instrument, quote.last));
  writer.member("time", base::format_rfc3339(quote.updated));
  writer.member("sequence", quote.sequence);
  writer.end_object();
  return out;
}

std::string depth_message(const model::Instrument& instrument,
                          const market_data::DepthView& depth) {
  std::string out;
  json::Writer writer = begin(out, "depth", instrument);
  levels(writer, "bids", instrument, depth.bids);
  levels(writer, "asks", instrument, depth.asks);
  writer.member("sequence", depth.sequence);
  writer.member("time", base::format_rfc3339(depth.updated));
  writer.end_object();
  return out;
}

std::string trades_message(const model::Instrument& instrument,
                           const std::vector<market::TapeTrade>& trades) {
  std::string out;
  json::Writer writer = begin(out, "trades", instrument);
  writer.key("trades");
  writer.begin_array();
  for (const market::TapeTrade& trade : trades)
    json::write(writer,
                operations::view_of(trade.traded, trade.place.sequence, trade.time, instrument));
  writer.end_array();
  writer.end_object();
  return out;
}

std::string bar_message(const model::Instrument& instrument, const market::Bar& bar) {
  std::string out;
  json::Writer writer = begin(out, "bar", instrument);
  writer.member("interval", "1m");
  writer.member("start", base::format_rfc3339(bar.start));
  writer.member("open", model::format_price(instrument, bar.open));
  writer.member("high", model::format_price(instrument, bar.high));
  writer.member("low", model::format_price(instrument, bar.low));
  writer.member("close", model::format_price(instrument, bar.close));
  writer.member("volume", model::format_quantity(instrument, bar.volume));
  writer.end_object();
  return out;
}

std::string feed_message(const model::Instrument& instrument, const std::string& state) {
  std::string out;
  json::Writer writer = begin(out, "feed", instrument);
  writer.member("state", state);
  writer.end_object();
  return out;
}

std::string order_message(const model::Event& event, const model::OrderUpdated& update,
                          const model::Instrument& instrument) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("type", "order");
  writer.member("sequence", event.sequence);
  writer.member("index", event.index);
  writer.member("event", model::name_of(update.type));
  writer.key("order");
  json::write(writer, operations::view_of(update.order, instrument));
  writer.key("execution");
  json::write(writer,
              operations::view_of(update, event.sequence, event.index, event.time, instrument));
  writer.end_object();
  return out;
}

std::string heartbeat_message(base::Timestamp now, std::uint64_t missed) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("type", "heartbeat");
  writer.member("time", base::format_rfc3339(now));
  writer.member("missed", missed);
  writer.end_object();
  return out;
}

std::string error_message(const operations::ApiError& error) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("type", "error");
  // to_json gives {"error":{...}}; its member is what belongs here.
  const std::string whole = operations::to_json(error, "");
  constexpr std::string_view prefix = "{\"error\":";
  writer.raw_member(
      "error", std::string_view(whole).substr(prefix.size(), whole.size() - prefix.size() - 1));
  writer.end_object();
  return out;
}

}  // namespace streams
