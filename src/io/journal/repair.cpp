#include <algorithm>

#include "journal/segment_files.hpp"
#include "journal/snapshot.hpp"

namespace journal {
namespace {

// Moves a file to a name that is not taken: NAME.dropped-1, NAME.dropped-2, ...
base::Result<std::string> free_name(Disk& disk, const std::string& folder,
                                    const std::string& name) {
  TRY(const auto names, disk.list(folder));
  for (int i = 1;; ++i) {
    std::string candidate = name + ".dropped-" + std::to_string(i);
    if (!std::binary_search(names.begin(), names.end(), candidate)) return candidate;
  }
}

base::Status set_aside(Disk& disk, const std::string& folder, const std::string& name,
                       RepairReport& report) {
  TRY(const std::string aside, free_name(disk, folder, name));
  TRY_STATUS(disk.rename(folder + "/" + name, folder + "/" + aside));
  report.set_aside.push_back(folder + "/" + aside);
  return {};
}

base::Status copy_aside(Disk& disk, const std::string& folder, const std::string& name,
                        RepairReport& report) {
  TRY(const std::string aside, free_name(disk, folder, name));
  TRY(auto from, disk.open(folder + "/" + name, false));
  TRY(const std::uint64_t size, from->size());
  TRY(const auto data, from->read(0, size));
  TRY(auto to, disk.create(folder + "/" + aside));
  TRY_STATUS(to->write(0, data));
  TRY_STATUS(to->sync());
  report.set_aside.push_back(folder + "/" + aside);
  return disk.sync_directory(folder);
}

// The cursor at `offset` of the segment; fails when no readable record ends there.
base::Result<wire::Cursor> cursor_at(Disk& disk, const std::string& path,
                                     const wire::Cursor& before, std::uint64_t offset) {
  TRY(auto file, disk.open(path, false));
  TRY(const std::uint64_t size, file->size());
  TRY(const auto data, file->read(0, size));
  const wire::HeaderReading reading = wire::read_segment_header(data);
  if (reading.state != wire::HeaderState::Whole)
    return base::fail("invalid_position", path + " has no readable header; its first byte, 0, is " +
                                              "the only place it can be dropped from");
  wire::SegmentReader reader(data, reading.header, before);
  std::uint64_t end = wire::segment_data_start;
  wire::Cursor cursor = before;
  while (end < offset) {
    const auto record = reader.next();
    if (!record) break;
    end = record->offset + record->size;
    cursor = reader.cursor();
  }
  if (end == offset) return cursor;
  return base::fail("invalid_position", "no readable record of " + path + " ends at offset " +
                                            std::to_string(offset) + "; the nearest is " +
                                            std::to_string(end));
}

// Reads all segments before `segment` strictly; their end is where it begins.
base::Result<wire::Cursor> cursor_before(Disk& disk, const std::string& directory,
                                         std::uint64_t segment) {
  wire::Cursor cursor;
  for (std::uint64_t number = 1; number < segment; ++number) {
    const std::string path = journal_folder(directory) + "/" + segment_name(number);
    TRY(auto file, disk.open(path, false));
    TRY(const std::uint64_t size, file->size());
    TRY(const auto data, file->read(0, size));
    const wire::HeaderReading reading = wire::read_segment_header(data);
    if (reading.state != wire::HeaderState::Whole || reading.header.number != number)
      return damaged(directory, number, 0, "the segment's header cannot be read");
    if (number == 1) cursor = wire::journal_start(reading.header.journal_id);
    if (reading.header.previous_chain != cursor.chain)
      return damaged(directory, number, 0, "the segment does not continue the one before it");
    wire::SegmentReader reader(data, reading.header, cursor);
    while (reader.next()) {
    }
    if (reader.ending().end == wire::End::Damaged)
      return damaged(directory, number, reader.ending().offset, reader.ending().detail);
    cursor = reader.cursor();
  }
  return cursor;
}

base::Status set_later_files_aside(Disk& disk, const std::string& directory,
                                   std::uint64_t first_segment, std::uint64_t last_sequence,
                                   RepairReport& report) {
  const std::string folder = journal_folder(directory);
  TRY(auto names, disk.list(folder));
  std::reverse(names.begin(), names.end());
  for (const std::string& name : names)
    if (segment_number(name) >= first_segment) TRY_STATUS(set_aside(disk, folder, name, report));
  TRY(const auto snapshots, list_snapshots(disk, directory));
  for (const std::uint64_t sequence : snapshots)
    if (sequence > last_sequence)
      TRY_STATUS(set_aside(disk, folder, snapshot_name(sequence), report));
  return disk.sync_directory(folder);
}

}  // namespace

base::Result<RepairReport> repair(Disk& disk, const std::string& directory, std::uint64_t segment,
                                  std::uint64_t offset) {
  const std::string folder = journal_folder(directory);
  const std::string name = segment_name(segment);
  TRY(const auto names, disk.list(folder));
  if (!std::binary_search(names.begin(), names.end(), name))
    return base::fail("invalid_position", "there is no " + folder + "/" + name);
  TRY(const auto lock, disk.lock(folder + "/lock"));
  RepairReport report;
  TRY(report.end, cursor_before(disk, directory, segment));
  if (offset < wire::segment_data_start) {
    TRY_STATUS(set_later_files_aside(disk, directory, segment, report.end.sequence, report));
    return report;
  }
  wire::Cursor before = report.end;
  if (segment == 1) {
    TRY(auto file, disk.open(folder + "/" + name, false));
    TRY(const auto start, file->read(0, wire::segment_data_start));
    before = wire::journal_start(wire::read_segment_header(start).header.journal_id);
  }
  TRY(report.end, cursor_at(disk, folder + "/" + name, before, offset));
  TRY_STATUS(copy_aside(disk, folder, name, report));
  TRY_STATUS(set_later_files_aside(disk, directory, segment + 1, report.end.sequence, report));
  TRY(auto file, disk.open(folder + "/" + name, true));
  TRY(const std::uint64_t size, file->size());
  TRY_STATUS(write_zeros(*file, offset, size));
  TRY_STATUS(file->sync());
  return report;
}

}  // namespace journal
