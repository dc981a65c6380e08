#pragma once

// Recorded data on disk as a stream of lines: gzip files (zlib), one named entry of a zip file
// (libzip) and plain text. Market sources and importers read through it.
//
// Guarantees: memory stays at one buffer and one line whatever the file says, and reading ends with
// an error when a limit is reached, so an archive that unpacks to far more than it should (a bomb)
// costs bounded time and no disk. A damaged or cut-off archive is an error, never a short success.
// Absent on purpose: writing, unpacking to disk, encrypted entries, zip files inside zip files.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace archives {

struct Limits {
  std::uint64_t archive_bytes_max = 4ULL << 30;    // of the file itself
  std::uint64_t unpacked_bytes_max = 16ULL << 30;  // of one stream
  std::uint32_t line_bytes_max = 4U << 20;         // of one line
  std::uint32_t entries_max = 10'000;              // of a zip file
};

enum class Kind : std::uint8_t { Plain = 1, Gzip, Zip };

// By the first bytes of the file, not by its name. Errors: cannot_open.
base::Result<Kind> detect(const std::string& path);

struct Entry {
  std::string name;
  std::uint64_t unpacked_bytes = 0;
};

// The files inside a zip, in the order they are stored, folders left out.
// Errors: cannot_open, archive_damaged, archive_too_large (file size or number of entries).
base::Result<std::vector<Entry>> list_zip(const std::string& path, const Limits& limits = {});

// A forward reader of lines. Not thread-safe.
class LineReader {
 public:
  virtual ~LineReader() = default;

  // The next line without its line end (\n or \r\n); false at the end. `line` stays valid until the
  // next call. Errors: archive_damaged, archive_too_large, line_too_long; after one, every further
  // call fails the same way.
  virtual base::Result<bool> next(std::string_view& line) = 0;

  // Unpacked bytes read so far.
  [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
};

// Opens gzip or plain text. Errors: cannot_open, archive_too_large.
base::Result<std::unique_ptr<LineReader>> open_lines(const std::string& path,
                                                     const Limits& limits = {});

// Opens one entry of a zip file. Errors: cannot_open, archive_damaged, archive_too_large,
// unknown_entry.
base::Result<std::unique_ptr<LineReader>> open_zip_entry(const std::string& path,
                                                         const std::string& entry,
                                                         const Limits& limits = {});

}  // namespace archives
