#include "market_data/market_data.hpp"

#include <algorithm>
#include <mutex>
#include <shared_mutex>

#include "base/check.hpp"

namespace market_data {

namespace {

struct Book {
  mutable std::mutex mutex;
  market::Depth depth;
  market::TradeTape tape{trades_kept};
  market::BarBuilder bars{bars_kept};
  Quote quote;
  base::Timestamp depth_updated;
  std::uint64_t depth_sequence = 0;
  Versions versions;
  bool in_batch = false;  // engine thread only
};

void apply_trade(Book& book, const model::Traded& traded, const model::Event& event) {
  if (!book.tape.add({{event.sequence, event.index}, event.time, traded})) return;
  book.bars.apply(traded, event.time);
  book.quote.last = traded.price;
  book.quote.last_quantity = traded.quantity;
  book.quote.last_aggressor = traded.aggressor;
  book.quote.last_trade_time = event.time;
  book.quote.updated = event.time;
  book.quote.sequence = event.sequence;
  ++book.versions.trades;
  ++book.versions.bars;
  ++book.versions.quote;
}

void apply_level(Book& book, const model::LevelChanged& change, const model::Event& event) {
  book.depth.apply(change);
  book.depth_updated = event.time;
  book.depth_sequence = event.sequence;
  ++book.versions.depth;
  const market::DepthLevel best = book.depth.best(change.side).value_or(market::DepthLevel());
  market::DepthLevel& shown = change.side == model::Side::Buy ? book.quote.bid : book.quote.ask;
  if (shown == best) return;
  shown = best;
  book.quote.updated = event.time;
  book.quote.sequence = event.sequence;
  ++book.versions.quote;
}

}  // namespace

struct MarketData::State {
  // Grows when an instrument is listed; a book's address never changes.
  mutable std::shared_mutex books_mutex;
  std::vector<std::unique_ptr<Book>> books;  // by instrument id - 1

  std::mutex listeners_mutex;
  std::vector<Listener*> listeners;

  // Of the batch in hand; kept to reuse their memory. Engine thread only.
  std::vector<model::InstrumentId> changed;
  std::vector<std::unique_lock<std::mutex>> locks;

  Book* find(model::InstrumentId id) const {
    const std::shared_lock lock(books_mutex);
    if (!id.valid() || id.value() > books.size()) return nullptr;
    return books[id.value() - 1].get();
  }

  Book& obtain(model::InstrumentId id) {
    CHECK(id.valid());
    if (Book* const book = find(id); book != nullptr) return *book;
    const std::unique_lock lock(books_mutex);
    while (books.size() < id.value()) {
      books.push_back(std::make_unique<Book>());
      books.back()->quote.instrument =
          model::InstrumentId(static_cast<std::uint32_t>(books.size()));
    }
    return *books.back();
  }

  // The book of an event of the batch in hand, locked until the batch is done, so that readers see
  // whole batches.
  Book& of_batch(model::InstrumentId id) {
    Book& book = obtain(id);
    if (!book.in_batch) {
      book.in_batch = true;
      changed.push_back(id);
      locks.emplace_back(book.mutex);
    }
    return book;
  }
};

MarketData::MarketData() : state_(std::make_unique<State>()) {}
MarketData::~MarketData() = default;

void MarketData::load(const engine::Engine& engine) {
  for (std::uint32_t i = 1; i <= engine.instrument_count(); ++i) {
    const model::InstrumentId id(i);
    Book& book = state_->obtain(id);
    const std::lock_guard lock(book.mutex);
    book.depth.clear();
    for (const model::Side side : {model::Side::Buy, model::Side::Sell}) {
      // Worst first: each further level is then the best, which is the cheap end to insert at.
      const auto levels = engine.depth(id, side, SIZE_MAX);
      for (auto level = levels.rbegin(); level != levels.rend(); ++level)
        book.depth.apply({id, side, level->price, level->quantity, level->order_count});
    }
    book.quote.bid = book.depth.best(model::Side::Buy).value_or(market::DepthLevel());
    book.quote.ask = book.depth.best(model::Side::Sell).value_or(market::DepthLevel());
    book.quote.last = engine.last_price(id);
    book.quote.updated = engine.last_time();
    book.quote.sequence = engine.last_sequence();
    book.depth_updated = engine.last_time();
    book.depth_sequence = engine.last_sequence();
    ++book.versions.depth;
    ++book.versions.quote;
  }
}

void MarketData::warm_trades(model::InstrumentId instrument,
                             std::span<const market::TapeTrade> trades) {
  Book& book = state_->obtain(instrument);
  const std::lock_guard lock(book.mutex);
  for (const market::TapeTrade& trade : trades)
    book.tape.add(trade);
  if (book.tape.size() == 0) return;
  const market::TapeTrade& newest = book.tape.back(0);
  book.quote.last = newest.traded.price;
  book.quote.last_quantity = newest.traded.quantity;
  book.quote.last_aggressor = newest.traded.aggressor;
  book.quote.last_trade_time = newest.time;
  ++book.versions.trades;
}

void MarketData::warm_bars(model::InstrumentId instrument, market::BarInterval interval,
                           std::span<const market::Bar> bars) {
  Book& book = state_->obtain(instrument);
  const std::lock_guard lock(book.mutex);
  book.bars.series(interval).restore(bars);
  ++book.versions.bars;
}

void MarketData::on_batch(std::shared_ptr<const sequencer::Batch> batch) {
  State& state = *state_;
  for (const model::Event& event : batch->events) {
    if (const auto* change = std::get_if<model::LevelChanged>(&event.body))
      apply_level(state.of_batch(change->instrument), *change, event);
    else if (const auto* traded = std::get_if<model::Traded>(&event.body))
      apply_trade(state.of_batch(traded->instrument), *traded, event);
    else if (const auto* listed = std::get_if<model::InstrumentChanged>(&event.body))
      state.of_batch(listed->instrument.id);
  }
  for (const model::InstrumentId id : state.changed)
    state.obtain(id).in_batch = false;
  state.locks.clear();
  if (!state.changed.empty()) {
    const std::lock_guard lock(state.listeners_mutex);
    for (Listener* const listener : state.listeners)
      listener->on_market_changed(state.changed);
  }
  state.changed.clear();
}

Versions MarketData::versions(model::InstrumentId instrument) const {
  const Book* const book = state_->find(instrument);
  if (book == nullptr) return {};
  const std::lock_guard lock(book->mutex);
  return book->versions;
}

Quote MarketData::quote(model::InstrumentId instrument) const {
  const Book* const book = state_->find(instrument);
  Quote nothing;
  nothing.instrument = instrument;
  if (book == nullptr) return nothing;
  const std::lock_guard lock(book->mutex);
  return book->quote;
}

DepthView MarketData::depth(model::InstrumentId instrument, std::size_t levels) const {
  DepthView view;
  view.instrument = instrument;
  const Book* const book = state_->find(instrument);
  if (book == nullptr) return view;
  const std::size_t count = std::min(levels, depth_levels_max);
  const std::lock_guard lock(book->mutex);
  view.bids = book->depth.top(model::Side::Buy, count);
  view.asks = book->depth.top(model::Side::Sell, count);
  view.updated = book->depth_updated;
  view.sequence = book->depth_sequence;
  return view;
}

std::vector<market::TapeTrade> MarketData::trades(model::InstrumentId instrument,
                                                  std::size_t limit) const {
  const Book* const book = state_->find(instrument);
  if (book == nullptr) return {};
  const std::lock_guard lock(book->mutex);
  return book->tape.last(limit);
}

std::vector<market::TapeTrade> MarketData::trades_after(model::InstrumentId instrument,
                                                        market::EventPlace after,
                                                        std::size_t limit) const {
  const Book* const book = state_->find(instrument);
  if (book == nullptr) return {};
  const std::lock_guard lock(book->mutex);
  return book->tape.after(after, limit);
}

std::vector<market::Bar> MarketData::bars(model::InstrumentId instrument,
                                          market::BarInterval interval, base::Timestamp start,
                                          base::Timestamp end, std::size_t limit) const {
  const Book* const book = state_->find(instrument);
  if (book == nullptr) return {};
  const std::lock_guard lock(book->mutex);
  return book->bars.series(interval).between(start, end, limit);
}

std::optional<base::Timestamp> MarketData::oldest_bar(model::InstrumentId instrument,
                                                      market::BarInterval interval) const {
  const Book* const book = state_->find(instrument);
  if (book == nullptr) return std::nullopt;
  const std::lock_guard lock(book->mutex);
  const market::BarSeries& series = book->bars.series(interval);
  if (series.size() == 0) return std::nullopt;
  return series.at(0).start;
}

void MarketData::listen(Listener& listener) {
  const std::lock_guard lock(state_->listeners_mutex);
  CHECK(state_->listeners.size() < listeners_max);
  state_->listeners.push_back(&listener);
}

void MarketData::forget(Listener& listener) {
  const std::lock_guard lock(state_->listeners_mutex);
  std::erase(state_->listeners, &listener);
}

}  // namespace market_data
