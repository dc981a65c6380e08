#include "market_data/operations.hpp"

#include <algorithm>
#include <charconv>

#include "market_data/requests.hpp"
#include "market_data/views.hpp"

namespace market_data {

namespace {

using operations::ApiError;
using operations::Caller;
using operations::Reply;
using store_sqlite::ProjectionReader;

operations::Declaration declare(const char* name, const char* title, const char* description,
                                const char* path) {
  operations::Declaration declaration;
  declaration.name = name;
  declaration.title = title;
  declaration.description = description;
  declaration.service = "market-data";
  declaration.path = path;
  declaration.permission = "market_data.read";
  return declaration;
}

ApiError bad_cursor() {
  return operations::invalid("invalid_cursor",
                             "cursor: send exactly what the page before gave as next_cursor.");
}

void list_instruments(const Parts& parts, const ListInstrumentsRequest& request,
                      const Reply<ListInstrumentsResponse>& reply) {
  ListInstrumentsResponse response;
  for (const model::Instrument& instrument : parts.directory->instruments()) {
    if (request.cursor && instrument.symbol.view() <= *request.cursor) continue;
    if (response.instruments.size() == request.limit) {
      response.next_cursor = response.instruments.back().symbol;
      break;
    }
    response.instruments.push_back(view_of(instrument));
  }
  reply(std::move(response));
}

void get_quote(const Parts& parts, const model::Instrument& instrument,
               const Reply<QuoteView>& reply) {
  QuoteView view = view_of(parts.market->quote(instrument.id), instrument, parts.now());
  if (parts.feed_state) view.feed_state = parts.feed_state(instrument.id);
  reply(std::move(view));
}

ListTradesResponse show_trades(const std::vector<market::TapeTrade>& trades, std::size_t limit,
                               const model::Instrument& instrument) {
  ListTradesResponse response;
  for (const market::TapeTrade& trade : trades)
    response.trades.push_back(
        operations::view_of(trade.traded, trade.place.sequence, trade.time, instrument));
  if (trades.size() == limit)
    response.next_cursor =
        history::to_cursor({trades.back().place.sequence, trades.back().place.index});
  return response;
}

void list_trades(const Parts& parts, const model::Instrument& instrument,
                 const ListTradesRequest& request, const Reply<ListTradesResponse>& reply) {
  store_sqlite::EventPosition before = store_sqlite::newest;
  if (request.cursor) {
    const auto place = history::parse_cursor(*request.cursor);
    if (!place) return reply(tl::unexpected(bad_cursor()));
    before = *place;
  }
  const std::size_t limit = request.limit;
  std::vector<market::TapeTrade> known;
  for (const market::TapeTrade& trade : parts.market->trades(instrument.id, trades_kept)) {
    const store_sqlite::EventPosition place{trade.place.sequence, trade.place.index};
    if (place < before && known.size() < limit) known.push_back(trade);
  }
  if (known.size() == limit || parts.history == nullptr)
    return reply(show_trades(known, limit, instrument));
  parts.history->answer<ListTradesResponse>(
      reply,
      [instrument, limit, before](
          ProjectionReader& reader) -> base::Result<tl::expected<ListTradesResponse, ApiError>> {
        TRY(const auto stored, reader.list_trades(instrument.id, limit, before));
        std::vector<market::TapeTrade> trades;
        for (const store_sqlite::PublicTrade& trade : stored)
          trades.push_back(
              {{trade.position.sequence, trade.position.index}, trade.time, trade.traded});
        return show_trades(trades, limit, instrument);
      });
}

// The range of a get_bars request.
struct BarRange {
  market::BarInterval interval = market::BarInterval::Minute1;
  base::Timestamp start;
  base::Timestamp end{INT64_MAX};
  std::size_t limit = 0;
  bool columns = false;
};

directory::Found<BarRange> range_of(const GetBarsRequest& request) {
  BarRange range;
  range.interval = market::parse_interval(request.interval).value_or(range.interval);
  range.limit = request.limit;
  range.columns = request.format == "columns";
  const auto read = [](const std::optional<std::string>& text, const char* field,
                       base::Timestamp& time) -> std::optional<ApiError> {
    if (!text) return std::nullopt;
    const auto parsed = base::parse_rfc3339(*text);
    if (!parsed)
      return operations::invalid("invalid_time",
                                 std::string(field) + ": " + parsed.error().message);
    time = *parsed;
    return std::nullopt;
  };
  if (auto error = read(request.start, "start", range.start)) return tl::unexpected(*error);
  if (auto error = read(request.end, "end", range.end)) return tl::unexpected(*error);
  if (request.cursor) {
    std::int64_t ns = 0;
    const char* const end = request.cursor->data() + request.cursor->size();
    const auto parsed = std::from_chars(request.cursor->data(), end, ns);
    if (parsed.ec != std::errc() || parsed.ptr != end || ns < 0)
      return tl::unexpected(bad_cursor());
    range.end = std::min(range.end, base::Timestamp(ns));
  }
  return range;
}

GetBarsResponse show_bars(const std::vector<market::Bar>& bars, const BarRange& range,
                          const model::Instrument& instrument) {
  GetBarsResponse response;
  response.symbol = instrument.symbol.view();
  response.interval = market::name_of(range.interval);
  add_bars(response, bars, instrument, range.columns);
  if (bars.size() == range.limit) response.next_cursor = std::to_string(bars.front().start.ns());
  return response;
}

void get_bars(const Parts& parts, const model::Instrument& instrument,
              const GetBarsRequest& request, const Reply<GetBarsResponse>& reply) {
  const auto range = range_of(request);
  if (!range) return reply(tl::unexpected(range.error()));
  const auto bars =
      parts.market->bars(instrument.id, range->interval, range->start, range->end, range->limit);
  const auto oldest = parts.market->oldest_bar(instrument.id, range->interval);
  const bool in_memory = bars.size() == range->limit || (oldest && *oldest <= range->start);
  if (in_memory || parts.history == nullptr) return reply(show_bars(bars, *range, instrument));
  parts.history->answer<GetBarsResponse>(
      reply,
      [range = *range, instrument](
          ProjectionReader& reader) -> base::Result<tl::expected<GetBarsResponse, ApiError>> {
        TRY(const auto stored,
            reader.list_bars(instrument.id, range.interval, range.start, range.end, range.limit));
        return show_bars(stored, range, instrument);
      });
}

// Adds an operation whose request names a symbol: the handler gets the instrument.
template <class Request, class Response, class Handler>
void add_for_symbol(operations::Table& table, operations::Declaration declaration,
                    const Parts& parts, Handler handler) {
  table.add<Request, Response>(
      std::move(declaration),
      [parts, handler](const Caller&, const Request& request, const Reply<Response>& reply) {
        const auto instrument = parts.directory->find_instrument(request.symbol);
        if (!instrument) return reply(tl::unexpected(instrument.error()));
        handler(*instrument, request, reply);
      });
}

}  // namespace

void add_operations(operations::Table& table, const Parts& parts) {
  table.add<ListInstrumentsRequest, ListInstrumentsResponse>(
      declare("list_instruments", "List instruments",
              "All instruments that can be traded, with their tick and lot sizes and limits.",
              "/instruments"),
      [parts](const Caller&, const ListInstrumentsRequest& request,
              const Reply<ListInstrumentsResponse>& reply) {
        list_instruments(parts, request, reply);
      });
  add_for_symbol<SymbolRequest, InstrumentView>(
      table,
      declare("get_instrument", "Get an instrument",
              "Tick size, lot size, limits and state of one instrument.", "/instruments/{symbol}"),
      parts,
      [](const model::Instrument& instrument, const SymbolRequest&,
         const Reply<InstrumentView>& reply) { reply(view_of(instrument)); });
  add_for_symbol<SymbolRequest, QuoteView>(
      table,
      declare("get_quote", "Get a quote",
              "Best bid and ask, the last trade, how old they are and whether the feed behind them "
              "is live.",
              "/market-data/{symbol}"),
      parts,
      [parts](const model::Instrument& instrument, const SymbolRequest&,
              const Reply<QuoteView>& reply) { get_quote(parts, instrument, reply); });
  add_for_symbol<DepthRequest, DepthResponse>(
      table,
      declare("get_depth", "Get the order book",
              "The order book by price level, best prices first.", "/market-data/{symbol}/depth"),
      parts,
      [parts](const model::Instrument& instrument, const DepthRequest& request,
              const Reply<DepthResponse>& reply) {
        reply(view_of(parts.market->depth(instrument.id, request.levels), instrument));
      });
  add_for_symbol<ListTradesRequest, ListTradesResponse>(
      table,
      declare("list_trades", "List trades", "Public trades of an instrument, newest first.",
              "/market-data/{symbol}/trades"),
      parts,
      [parts](const model::Instrument& instrument, const ListTradesRequest& request,
              const Reply<ListTradesResponse>& reply) {
        list_trades(parts, instrument, request, reply);
      });
  add_for_symbol<GetBarsRequest, GetBarsResponse>(
      table,
      declare("get_bars", "Get bars",
              "Open, high, low, close and volume by time: the newest bars of the asked time, "
              "oldest first.",
              "/historical/{symbol}"),
      parts,
      [parts](const model::Instrument& instrument, const GetBarsRequest& request,
              const Reply<GetBarsResponse>& reply) {
        get_bars(parts, instrument, request, reply);
      });
}

}  // namespace market_data
