#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "journal/disk.hpp"
#include "wire/segment.hpp"

// Reading a journal from its files: for recovery, replay, verification and repair. Never writes,
// except repair().

namespace journal {

struct ScanReport {
  std::uint64_t journal_id = 0;
  std::uint64_t segments = 0;  // begun ones
  std::uint64_t commands = 0;  // read, not skipped
  std::uint64_t checkpoints = 0;
  std::uint64_t bytes = 0;
  wire::Cursor end;
  std::uint64_t end_segment = 0;  // 0 = there is no journal yet
  std::uint64_t end_offset = 0;
  bool header_torn = false;  // of the last segment: one copy was not written
  std::string torn_tail;     // what stands behind the last record; empty = nothing
};

// Called for each record in order; an error ends the scan and is returned.
using Visitor = std::function<base::Status(const wire::StoredRecord& record)>;

// Reads and checks the segments from the one that holds the record after `after_sequence` to the
// end, and visits the records behind it. Zero = everything.
// Errors: journal_damaged with segment file, offset and repair command; disk_error; the visitor's.
base::Result<ScanReport> scan(Disk& disk, const std::string& directory,
                              std::uint64_t after_sequence, const Visitor& visitor);

// What repair() did, for the person who asked for it.
struct RepairReport {
  wire::Cursor end;                    // of the journal now
  std::vector<std::string> set_aside;  // files that were kept under another name
};

// `journal repair --drop-from SEGMENT:OFFSET`: ends the journal before that byte. The segment is
// copied aside first, later segments and snapshots made after the new end are renamed; nothing is
// lost. Errors: invalid_position when OFFSET is not the end of a readable record, locked,
// disk_error, journal_damaged when there is damage before the position.
base::Result<RepairReport> repair(Disk& disk, const std::string& directory, std::uint64_t segment,
                                  std::uint64_t offset);

// Names inside the data folder.
std::string journal_folder(const std::string& directory);
std::string segment_name(std::uint64_t number);  // segment-0000000001.journal
// The number in a segment's name; 0 when it is not one.
std::uint64_t segment_number(const std::string& name);

}  // namespace journal
