#include "journal/scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

#include "journal/segment_files.hpp"

namespace journal {
namespace {

constexpr std::string_view name_prefix = "segment-";
constexpr std::string_view name_suffix = ".journal";
constexpr std::size_t name_digits = 10;
constexpr std::uint64_t zeros_step = 1ULL << 20;

bool all_zero(bytes::View data) {
  return std::all_of(data.begin(), data.end(), [](std::uint8_t byte) { return byte == 0; });
}

// A prepared segment holds nothing but zeros; anything else has lost its header.
base::Status check_prepared(Disk& disk, const std::string& directory, const std::string& path,
                            std::uint64_t number) {
  TRY(auto file, disk.open(path, false));
  TRY(const std::uint64_t size, file->size());
  for (std::uint64_t at = 0; at < size; at += zeros_step) {
    TRY(const auto data, file->read(at, zeros_step));
    if (!all_zero(data))
      return damaged(directory, number, 0, "the header is gone but there is data behind it");
  }
  return {};
}

base::Status check_continues(const std::string& directory, const SegmentFiles& files,
                             const wire::SegmentHeader& header, std::uint64_t number) {
  if (header.number != number)
    return damaged(directory, number, 0, "the file holds another segment than its name says");
  if (files.begun.empty()) {
    const wire::Cursor start = wire::journal_start(header.journal_id);
    if (header.first_sequence != 1 || header.previous_chain != start.chain)
      return damaged(directory, number, 0, "the first segment does not begin a journal");
    return {};
  }
  const wire::SegmentHeader& before = files.begun.back().header;
  if (header.journal_id != before.journal_id)
    return damaged(directory, number, 0, "the segment belongs to another journal");
  if (header.first_sequence < before.first_sequence || header.epoch < before.epoch)
    return damaged(directory, number, 0, "the segment is older than the one before it");
  return {};
}

// Where segment `index` ends and whether the next one continues it.
base::Status check_joint(const std::string& directory, const SegmentFiles& files, std::size_t index,
                         const wire::SegmentReader& reader) {
  const wire::SegmentHeader& header = files.begun[index].header;
  const wire::Ending& ending = reader.ending();
  if (ending.end == wire::End::Damaged)
    return damaged(directory, header.number, ending.offset,
                   ending.detail + ", after command " + std::to_string(reader.cursor().sequence));
  if (index + 1 == files.begun.size()) return {};
  const wire::SegmentHeader& next = files.begun[index + 1].header;
  if (next.previous_chain == reader.cursor().chain &&
      next.first_sequence == reader.cursor().sequence + 1)
    return {};
  return damaged(directory, header.number, ending.offset,
                 "the end of the segment is missing, after command " +
                     std::to_string(reader.cursor().sequence));
}

}  // namespace

std::string journal_folder(const std::string& directory) {
  return directory + "/journal";
}

std::string segment_name(std::uint64_t number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "segment-%010llu.journal",
                static_cast<unsigned long long>(number));
  return text.data();
}

std::uint64_t segment_number(const std::string& name) {
  if (name.size() != name_prefix.size() + name_digits + name_suffix.size()) return 0;
  if (!name.starts_with(name_prefix) || !name.ends_with(name_suffix)) return 0;
  std::uint64_t number = 0;
  const char* const from = name.data() + name_prefix.size();
  const auto [end, error] = std::from_chars(from, from + name_digits, number);
  return error == std::errc() && end == from + name_digits ? number : 0;
}

tl::unexpected<base::Error> damaged(const std::string& directory, std::uint64_t segment,
                                    std::uint64_t offset, const std::string& what) {
  const std::string place = std::to_string(segment) + ":" + std::to_string(offset);
  return base::fail(
      "journal_damaged",
      "the journal is damaged: " + journal_folder(directory) + "/" + segment_name(segment) +
          " at offset " + std::to_string(offset) + ": " + what +
          ". Nothing was changed. Put a good copy of the file in its place, or give "
          "up everything from there on with: trading-platform journal repair --data " +
          directory + " --drop-from " + place);
}

wire::Cursor cursor_at_start(const wire::SegmentHeader& header) {
  wire::Cursor cursor;
  cursor.sequence = header.first_sequence - 1;
  cursor.time = base::Timestamp(std::numeric_limits<std::int64_t>::min());
  cursor.chain = header.previous_chain;
  return cursor;
}

base::Status write_zeros(File& file, std::uint64_t from, std::uint64_t to) {
  static const std::vector<std::uint8_t> zeros(zeros_step);
  while (from < to) {
    const std::uint64_t step = std::min(zeros_step, to - from);
    TRY_STATUS(file.write(from, bytes::View(zeros).first(step)));
    from += step;
  }
  return {};
}

base::Result<SegmentFiles> find_segments(Disk& disk, const std::string& directory) {
  const std::string folder = journal_folder(directory);
  TRY(const auto names, disk.list(folder));
  SegmentFiles files;
  std::uint64_t expected = 1;
  for (const std::string& name : names) {
    const std::uint64_t number = segment_number(name);
    if (number == 0) continue;
    if (number != expected) return damaged(directory, expected, 0, "the file is missing");
    ++expected;
    SegmentFile segment;
    segment.path = folder + "/" + name;
    TRY(auto file, disk.open(segment.path, false));
    TRY(segment.size, file->size());
    TRY(const auto start, file->read(0, wire::segment_data_start));
    const wire::HeaderReading reading = wire::read_segment_header(start);
    if (reading.state == wire::HeaderState::Damaged)
      return damaged(directory, number, 0, "the segment's header cannot be read");
    if (reading.state == wire::HeaderState::Blank) {
      TRY_STATUS(check_prepared(disk, directory, segment.path, number));
      files.prepared.push_back(segment.path);
      continue;
    }
    if (!files.prepared.empty())
      return damaged(directory, number - 1, 0, "the segment is empty but a later one is not");
    TRY_STATUS(check_continues(directory, files, reading.header, number));
    segment.header = reading.header;
    segment.header_torn = reading.one_copy_blank;
    files.begun.push_back(std::move(segment));
  }
  return files;
}

base::Result<ScanReport> scan_segments(Disk& disk, const std::string& directory,
                                       const SegmentFiles& files, std::size_t first,
                                       std::uint64_t after_sequence, const Visitor& visitor) {
  ScanReport report;
  report.segments = files.begun.size();
  wire::Cursor cursor;
  for (std::size_t index = first; index < files.begun.size(); ++index) {
    const SegmentFile& segment = files.begun[index];
    TRY(auto file, disk.open(segment.path, false));
    TRY(const auto data, file->read(0, segment.size));
    wire::SegmentReader reader(data, segment.header,
                               index == first ? cursor_at_start(segment.header) : cursor);
    while (const auto record = reader.next()) {
      if (record->sequence <= after_sequence) continue;
      report.commands += record->type == wire::RecordType::Command ? 1 : 0;
      report.checkpoints += record->type == wire::RecordType::Checkpoint ? 1 : 0;
      report.bytes += record->size;
      if (visitor) TRY_STATUS(visitor(*record));
    }
    TRY_STATUS(check_joint(directory, files, index, reader));
    const wire::Ending& ending = reader.ending();
    if (segment.header_torn &&
        (ending.offset != wire::segment_data_start || index + 1 != files.begun.size()))
      return damaged(directory, segment.header.number, 0, "one copy of the header is gone");
    cursor = reader.cursor();
    report.journal_id = segment.header.journal_id;
    report.end = cursor;
    report.end_segment = segment.header.number;
    report.end_offset = ending.offset;
    report.header_torn = segment.header_torn;
    if (ending.end == wire::End::Torn)
      report.torn_tail =
          segment.path + " at offset " + std::to_string(ending.offset) + ": " + ending.detail;
  }
  return report;
}

base::Result<ScanReport> scan(Disk& disk, const std::string& directory,
                              std::uint64_t after_sequence, const Visitor& visitor) {
  TRY(const SegmentFiles files, find_segments(disk, directory));
  std::size_t first = 0;
  for (std::size_t i = 0; i < files.begun.size(); ++i)
    if (files.begun[i].header.first_sequence <= after_sequence + 1) first = i;
  return scan_segments(disk, directory, files, first, after_sequence, visitor);
}

}  // namespace journal
