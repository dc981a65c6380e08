#pragma once

// The disk as the journal sees it: a port with two implementations, the real one (disk.cpp) and the
// simulated one with faults (simulated_disk.hpp). Every error is final: `disk_full` when there is
// no space, `disk_error` otherwise, with the path and the system's reason. Nothing here retries.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bytes/checksum.hpp"

namespace journal {

class File {
 public:
  virtual ~File() = default;
  // Writes all of `data` at `offset`; the file grows as needed. Not durable before sync().
  virtual base::Status write(std::uint64_t offset, bytes::View data) = 0;
  // On return what was written is on the medium (fdatasync).
  virtual base::Status sync() = 0;
  // Up to `size` bytes; fewer only at the end of the file.
  virtual base::Result<std::vector<std::uint8_t>> read(std::uint64_t offset,
                                                       std::uint64_t size) = 0;
  virtual base::Result<std::uint64_t> size() = 0;
};

// Held as long as the object lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual base::Status make_directory(const std::string& path) = 0;  // and its parents
  // Names of the files in the directory, sorted; empty when it does not exist.
  virtual base::Result<std::vector<std::string>> list(const std::string& directory) = 0;
  // A new, empty file; an old one of that name is emptied.
  virtual base::Result<std::unique_ptr<File>> create(const std::string& path) = 0;
  virtual base::Result<std::unique_ptr<File>> open(const std::string& path, bool writable) = 0;
  virtual base::Status rename(const std::string& from, const std::string& to) = 0;
  virtual base::Status remove(const std::string& path) = 0;
  // On return the names created, renamed and removed in it are on the medium.
  virtual base::Status sync_directory(const std::string& path) = 0;
  virtual base::Result<std::uint64_t> free_bytes(const std::string& directory) = 0;
  // Errors: locked when another process (or another lock) holds it.
  virtual base::Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

std::unique_ptr<Disk> real_disk();

}  // namespace journal
