#pragma once

// The stored form of the journal: segments of records, as bytes. io/journal calls it to write and
// to read; nothing here touches a disk. docs/formats/journal.md is the same in prose.
//
// Guarantees: every changed bit of a segment's header or records is found; a torn tail (the last
// write cut short by a crash) is told from damage in the body, so that the first can be dropped and
// the second never is. How: the checks of a record are bound to its segment and its offset, each
// record says how much of the segment was on disk before it was written, and space not yet written
// is zero. Absent on purpose: what the payloads mean, and any defence against a forger.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "bytes/codec.hpp"

namespace wire {

inline constexpr std::uint32_t segment_format_version = 1;
inline constexpr std::size_t sector_size = 512;          // what a disk writes whole or not at all
inline constexpr std::size_t segment_data_start = 1024;  // two copies of the header stand before
inline constexpr std::size_t record_header_size = 64;
inline constexpr std::size_t record_trailer_size = 16;
inline constexpr std::size_t payload_size_max = 65'536;

enum class RecordType : std::uint8_t { Command = 1, Checkpoint = 2 };

struct SegmentHeader {
  std::uint64_t journal_id = 0;      // random, the same in all segments of one journal
  std::uint64_t number = 0;          // 1, 2, 3, ...
  std::uint64_t first_sequence = 0;  // of the first command record in it
  std::uint64_t epoch = 0;           // of the process that began it
  bytes::Hash128 previous_chain;     // chain after the last record of the segment before
  bool operator==(const SegmentHeader&) const = default;
};

// Both copies: segment_data_start bytes.
void encode(const SegmentHeader& header, bytes::Encoder& out);

enum class HeaderState { Whole, Blank, Damaged };
struct HeaderReading {
  HeaderState state = HeaderState::Blank;  // Blank: zeros, prepared but not begun
  bool one_copy_blank = false;             // Whole, but only one copy was written before a crash
  SegmentHeader header;
};
// Reads the header from the segment's first bytes; missing bytes count as zeros.
HeaderReading read_segment_header(bytes::View data);

// The place of a journal's end, and what the next record must continue.
struct Cursor {
  std::uint64_t sequence = 0;  // of the last command; a checkpoint has the last command's
  base::Timestamp time;
  std::uint64_t epoch = 0;
  bytes::Hash128 chain;
  bool operator==(const Cursor&) const = default;
};
// The cursor before the first record of a new journal.
Cursor journal_start(std::uint64_t journal_id);

struct Record {
  RecordType type = RecordType::Command;
  std::uint64_t sequence = 0;
  base::Timestamp time;
  bytes::View payload;  // opaque here
};
struct StoredRecord : Record {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;          // of its first byte in the segment
  std::uint64_t size = 0;            // with header, padding and trailer
  bytes::Hash128 chain;              // after it
  std::uint64_t durable_offset = 0;  // of the segment, when it was written
};

// Bytes a record with such a payload takes in a segment; a multiple of eight.
constexpr std::size_t record_size(std::size_t payload_size) {
  return record_header_size + (payload_size + 7) / 8 * 8 + record_trailer_size;
}

// Appends the record that will stand at `offset`, with `durable_offset` bytes of the segment known
// to be on disk, and moves the cursor. CHECKs order: commands count up by one, time and epoch never
// decrease.
void encode(const Record& record, const SegmentHeader& segment, std::uint64_t offset,
            std::uint64_t durable_offset, std::uint64_t epoch, Cursor& cursor, bytes::Encoder& out);

enum class End {
  Clean,   // nothing but zeros follows the last record
  Torn,    // what follows was never acknowledged: safe to drop
  Damaged  // a record that was acknowledged, or may have been, cannot be read
};
struct Ending {
  End end = End::Clean;
  std::uint64_t offset = 0;  // after the last whole record
  std::string detail;        // what was found there, part of a sentence
};

// Reads the records of one segment in order. `data` is the whole file; a file cut short is a torn
// tail. The reader borrows `data`.
class SegmentReader {
 public:
  // `from` is where the record after `cursor` stands.
  SegmentReader(bytes::View data, const SegmentHeader& header, const Cursor& cursor,
                std::uint64_t from = segment_data_start);

  // The next whole record, or nothing at the end; then ending() says why.
  std::optional<StoredRecord> next();
  [[nodiscard]] const Ending& ending() const { return ending_; }
  [[nodiscard]] const Cursor& cursor() const { return cursor_; }

 private:
  struct Header;
  [[nodiscard]] std::optional<Header> header_at(std::uint64_t offset) const;
  [[nodiscard]] bool whole(const Header& header, std::uint64_t offset) const;
  [[nodiscard]] std::string broken_order(const Header& header) const;
  [[nodiscard]] bool zero_between(std::uint64_t from, std::uint64_t to) const;
  [[nodiscard]] bool has_blank_sector(std::uint64_t from, std::uint64_t to) const;
  [[nodiscard]] bool synced_past(std::uint64_t offset) const;
  [[nodiscard]] bool written_past(std::uint64_t offset) const;
  Ending classify(std::uint64_t offset) const;

  bytes::View data_;
  SegmentHeader segment_;
  Cursor cursor_;
  std::uint64_t at_;
  Ending ending_;
};

}  // namespace wire
