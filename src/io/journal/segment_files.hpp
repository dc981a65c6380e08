#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "journal/scan.hpp"

// The segment files of one journal, found and checked by their headers. Private to the module.

namespace journal {

struct SegmentFile {
  std::string path;
  wire::SegmentHeader header;
  std::uint64_t size = 0;
  bool header_torn = false;
};

struct SegmentFiles {
  std::vector<SegmentFile> begun;     // numbers 1, 2, 3, ...
  std::vector<std::string> prepared;  // zeros so far; the last may be unfinished
};

// Errors: journal_damaged when a segment is missing, out of order, or its header unreadable.
base::Result<SegmentFiles> find_segments(Disk& disk, const std::string& directory);

// Reads begun segments from index `first` on; see scan(). `through` = how many to read.
base::Result<ScanReport> scan_segments(Disk& disk, const std::string& directory,
                                       const SegmentFiles& files, std::size_t first,
                                       std::uint64_t after_sequence, const Visitor& visitor);

// The sentence of a damaged journal, with the command that mends it.
tl::unexpected<base::Error> damaged(const std::string& directory, std::uint64_t segment,
                                    std::uint64_t offset, const std::string& what);

// The cursor with which a segment's first record is read.
wire::Cursor cursor_at_start(const wire::SegmentHeader& header);

// Overwrites with zeros, in steps of at most 1 MiB.
base::Status write_zeros(File& file, std::uint64_t from, std::uint64_t to);

}  // namespace journal
