#include "market_sources/recording.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <optional>

#include "market_sources/bar_steps.hpp"

namespace market_sources {

namespace {

constexpr std::size_t symbol_lines_max = 1'000;
constexpr std::int64_t one_nano = 1'000'000'000;
// Finest steps, to find out which ones the data needs.
const feeds::Scale finest{1, 1, INT64_MAX};

// The largest power of ten (in 10^-9 units, at most one) that divides every value it was shown.
class StepFinder {
 public:
  void see(std::int64_t nano) {
    while (step_ > 1 && nano % step_ != 0)
      step_ /= 10;
  }
  [[nodiscard]] std::int64_t step() const { return step_; }

 private:
  std::int64_t step_ = one_nano;
};

struct Survey {
  StepFinder ticks;
  StepFinder lots;
  std::uint64_t records = 0;

  void see(const feeds::Level& level) {
    ticks.see(level.price.ticks());
    lots.see(level.quantity.lots());
  }
  void see(const feeds::Prices& prices) {
    for (const money::Price price : {prices.open, prices.high, prices.low, prices.close})
      ticks.see(price.ticks());
  }
  void see(const feeds::DepthSnapshot& body) { see_sides(body); }
  void see(const feeds::DepthUpdate& body) { see_sides(body); }
  void see(const feeds::Trade& body) { see(feeds::Level{body.price, body.quantity}); }
  void see(const feeds::BestBidAsk& body) {
    see(body.bid);
    see(body.ask);
  }
  void see(const feeds::Quote& body) {
    see(body.bid);
    see(body.ask);
  }
  void see(const feeds::TradeBar& body) {
    see(body.prices);
    lots.see(body.volume.lots());
  }
  void see(const feeds::QuoteBar& body) {
    see(body.bid);
    see(body.ask);
    lots.see(body.bid_quantity.lots());
    lots.see(body.ask_quantity.lots());
  }

 private:
  template <class Body>
  void see_sides(const Body& body) {
    for (const feeds::Level& level : body.bids)
      see(level);
    for (const feeds::Level& level : body.asks)
      see(level);
  }
};

// The quote currency a symbol ends with, the longest first; USD where it names none.
std::string quote_currency_of(const std::string& symbol) {
  for (const char* code : {"USDT", "USDC", "BUSD", "TUSD", "USD", "EUR", "GBP", "JPY", "BTC"})
    if (symbol.size() > std::string_view(code).size() && symbol.ends_with(code)) return code;
  return "USD";
}

base::Status describe(const std::string& symbol, model::AssetClass asset_class,
                      const Survey& survey, model::Instrument& instrument) {
  TRY(instrument.symbol, model::parse_symbol(symbol));
  instrument.name = model::Name(symbol + " (recorded market)");
  instrument.asset_class = asset_class;
  const bool pair = asset_class != model::AssetClass::Equity;
  TRY(instrument.quote_currency,
      money::Currency::parse(pair ? quote_currency_of(symbol) : std::string("USD")));
  instrument.tick_size_nano = survey.ticks.step();
  instrument.lot_size_nano = survey.lots.step();
  // One tick times one lot is at least one unit of money: sizes finer than that are cut off.
  while (instrument.tick_size_nano * instrument.lot_size_nano < one_nano)
    instrument.lot_size_nano *= 10;
  const std::int64_t units_max = pair ? 10'000'000 : 1'000'000;
  const numeric::Int128 lots =
      static_cast<numeric::Int128>(units_max) * one_nano / instrument.lot_size_nano;
  instrument.order_quantity_max = money::Quantity(
      static_cast<std::int64_t>(std::min<numeric::Int128>(lots, model::quantity_lots_max)));
  instrument.order_notional_max = money::Money(static_cast<numeric::Int128>(10'000'000) * one_nano);
  instrument.collar_bps = 1'000;
  return model::check_instrument(instrument);
}

}  // namespace

// One file: its lines, its parser, and the records of it that are next.
struct Recording::Source {
  std::string path;
  std::string entry;  // of a zip; empty = the file itself
  std::optional<feeds::LeanFile> lean;
  std::string symbol;

  std::unique_ptr<archives::LineReader> lines;
  std::optional<feeds::BinanceParser> capture_parser;
  std::optional<feeds::LeanParser> lean_parser;
  std::deque<feeds::Record> ready;
  std::vector<feeds::Record> played;

  base::Status open(const feeds::Scale& scale, const archives::Limits& limits) {
    ready.clear();
    if (lean) {
      TRY(lines, archives::open_zip_entry(path, entry, limits));
      lean_parser.emplace(*lean, scale);
    } else {
      TRY(lines, archives::open_lines(path, limits));
      capture_parser.emplace(symbol, scale);
    }
    return {};
  }
  base::Result<feeds::Record> parse(std::string_view line) const {
    return lean_parser ? lean_parser->parse(line) : capture_parser->parse(line);
  }
};

Recording::Recording() = default;
Recording::Recording(Recording&&) noexcept = default;
Recording& Recording::operator=(Recording&&) noexcept = default;
Recording::~Recording() = default;

base::Result<Recording> Recording::open(const std::string& path, const archives::Limits& limits) {
  Recording recording;
  recording.limits_ = limits;
  recording.info_.path = path;
  TRY(const archives::Kind kind, archives::detect(path));
  if (kind == archives::Kind::Zip) {
    TRY_STATUS(recording.find_archives(path));
  } else {
    TRY_STATUS(recording.find_capture(path));
  }
  TRY_STATUS(recording.survey());
  TRY_STATUS(recording.rewind(recording.info_.instrument));
  return recording;
}

base::Status Recording::find_capture(const std::string& path) {
  auto source = std::make_unique<Source>();
  source->path = path;
  TRY(const auto lines, archives::open_lines(path, limits_));
  std::string_view line;
  for (std::size_t i = 0; i < symbol_lines_max && source->symbol.empty(); ++i) {
    TRY(const bool more, lines->next(line));
    if (!more) break;
    source->symbol = feeds::binance_symbol(line).value_or(std::string());
  }
  if (source->symbol.empty())
    return base::fail("unknown_recording",
                      path +
                          ": neither a Binance capture (lines of receive time and message) nor "
                          "a LEAN archive (zip)");
  info_.format = "Binance capture";
  info_.files = {path};
  sources_.push_back(std::move(source));
  return {};
}

base::Status Recording::find_archives(const std::string& path) {
  info_.format = "LEAN archive";
  std::vector<std::string> paths{path};
  const std::filesystem::path given(path);
  std::string name = given.filename().string();
  for (const auto& [own, other] :
       {std::pair{"_quote.zip", "_trade.zip"}, std::pair{"_trade.zip", "_quote.zip"}}) {
    if (!name.ends_with(own)) continue;
    name.replace(name.size() - std::string_view(own).size(), std::string::npos, other);
    const std::filesystem::path counterpart = given.parent_path() / name;
    if (std::filesystem::exists(counterpart)) paths.push_back(counterpart.string());
    break;
  }
  for (const std::string& file : paths) {
    TRY(const auto entries, archives::list_zip(file, limits_));
    for (const archives::Entry& entry : entries) {
      auto lean = feeds::parse_lean_name(entry.name, file);
      if (!lean) continue;
      if (!sources_.empty() &&
          (sources_[0]->lean->symbol != lean->symbol || sources_[0]->lean->date != lean->date))
        continue;
      auto source = std::make_unique<Source>();
      source->path = file;
      source->entry = entry.name;
      source->symbol = lean->symbol;
      source->lean = *std::move(lean);
      info_.files.push_back(file);
      sources_.push_back(std::move(source));
      break;
    }
  }
  if (sources_.empty())
    return base::fail("unknown_recording",
                      path + ": holds no file named like DATE_SYMBOL_RESOLUTION_CONTENT.csv");
  // Quotes first: at equal times a trade meets the quote it was made at.
  std::stable_sort(sources_.begin(), sources_.end(), [](const auto& a, const auto& b) {
    return a->lean->content > b->lean->content;
  });
  return {};
}

base::Status Recording::survey() {
  Survey survey;
  for (const auto& source : sources_) {
    TRY_STATUS(source->open(finest, limits_));
    std::string_view line;
    for (std::uint64_t i = 0; i < survey_lines_max; ++i) {
      TRY(const bool more, source->lines->next(line));
      if (!more) break;
      const auto record = source->parse(line);
      if (!record) continue;
      ++survey.records;
      std::visit([&](const auto& body) { survey.see(body); }, record->body);
    }
    if (source->lean && source->lean->resolution != feeds::LeanResolution::Tick)
      info_.longest_pause_ns = source->lean->resolution == feeds::LeanResolution::Second
                                   ? base::ns_per_s
                                   : 60 * base::ns_per_s;
  }
  if (survey.records == 0)
    return base::fail("unknown_recording", info_.path + ": no line of it could be read");
  model::AssetClass asset_class = model::AssetClass::Crypto;
  if (const auto& lean = sources_[0]->lean; lean && lean->market != feeds::LeanMarket::Crypto)
    asset_class = lean->market == feeds::LeanMarket::Equity ? model::AssetClass::Equity
                                                            : model::AssetClass::Currency;
  return describe(sources_[0]->symbol, asset_class, survey, info_.instrument);
}

base::Status Recording::rewind(const model::Instrument& instrument) {
  const feeds::Scale scale{instrument.tick_size_nano, instrument.lot_size_nano};
  rejections_ = {};
  current_ = nullptr;
  for (const auto& source : sources_) {
    TRY_STATUS(source->open(scale, limits_));
    TRY_STATUS(fill(*source));
  }
  return {};
}

// Reads until the source has a record ready or is at its end.
base::Status Recording::fill(Source& source) {
  std::string_view line;
  while (source.ready.empty()) {
    TRY(const bool more, source.lines->next(line));
    if (!more) return {};
    auto record = source.parse(line);
    if (!record) {
      ++rejections_.count;
      rejections_.last = record.error().code + ": " + record.error().message;
      continue;
    }
    source.played.clear();
    play_bar(*record, source.played);
    for (feeds::Record& step : source.played)
      source.ready.push_back(std::move(step));
  }
  return {};
}

base::Result<const feeds::Record*> Recording::next() {
  if (current_ != nullptr) {
    current_->ready.pop_front();
    TRY_STATUS(fill(*current_));
    current_ = nullptr;
  }
  for (const auto& source : sources_) {
    if (source->ready.empty()) continue;
    if (current_ == nullptr ||
        source->ready.front().receive_time < current_->ready.front().receive_time)
      current_ = source.get();
  }
  return current_ == nullptr ? nullptr : &current_->ready.front();
}

}  // namespace market_sources
