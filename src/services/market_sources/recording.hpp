#pragma once

#include <memory>
#include <string>
#include <vector>

#include "archives/archive.hpp"
#include "feeds/binance.hpp"
#include "feeds/lean.hpp"
#include "feeds/record.hpp"
#include "model/instrument.hpp"

namespace market_sources {

// What a recording turned out to hold.
struct RecordingInfo {
  std::string path;
  std::vector<std::string>
      files;           // all that are read: a LEAN quote archive brings its trades along
  std::string format;  // "Binance capture" or "LEAN archive"
  // As the data suggests it: ticks and lots as fine as its prices and sizes need; limits for paper
  // trading. id and state are not set.
  model::Instrument instrument;
  std::int64_t longest_pause_ns = 0;  // usual distance of records: a bar's length, else zero
};

// A recorded market of one instrument as a stream of records in the order of time.
//
// By content: gzip or plain text is a Binance capture, a zip a LEAN archive. A LEAN archive whose
// name ends in _quote.zip or _trade.zip is read together with its counterpart of the same name in
// the same folder; quotes come before trades of the same time. Bars are played as bar_steps.hpp
// says. A bad line is counted and left out.
class Recording {
 public:
  struct Rejections {
    std::uint64_t count = 0;
    std::string last;  // "code: message"
  };

  // Looks at the first survey_lines_max lines of each file to find symbol, ticks and lots.
  // Errors: those of archives; unknown_recording when no record could be read.
  static base::Result<Recording> open(const std::string& path, const archives::Limits& limits = {});
  Recording(Recording&&) noexcept;
  Recording& operator=(Recording&&) noexcept;
  ~Recording();

  static constexpr std::uint64_t survey_lines_max = 500'000;

  [[nodiscard]] const RecordingInfo& info() const { return info_; }
  [[nodiscard]] const Rejections& rejections() const { return rejections_; }

  // From the first record on, in ticks and lots of this instrument (the listed one may be coarser
  // or finer than info()'s). Errors: those of archives.
  base::Status rewind(const model::Instrument& instrument);
  // Null at the end. The record stays valid until the next call. Errors: those of archives.
  base::Result<const feeds::Record*> next();

 private:
  struct Source;
  Recording();
  base::Status find_capture(const std::string& path);
  base::Status find_archives(const std::string& path);
  base::Status survey();
  base::Status fill(Source& source);

  archives::Limits limits_;
  RecordingInfo info_;
  Rejections rejections_;
  std::vector<std::unique_ptr<Source>> sources_;
  Source* current_ = nullptr;  // whose front record was handed out last
};

}  // namespace market_sources
