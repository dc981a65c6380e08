#include "journal/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace journal {
namespace {

tl::unexpected<base::Error> system_failure(const std::string& act, const std::string& path,
                                           int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return base::fail(full ? "disk_full" : "disk_error",
                    "cannot " + act + " " + path + ": " +
                        std::error_code(number, std::generic_category()).message());
}

class RealFile : public File {
 public:
  RealFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~RealFile() override { ::close(descriptor_); }
  RealFile(const RealFile&) = delete;
  RealFile& operator=(const RealFile&) = delete;

  base::Status write(std::uint64_t offset, bytes::View data) override {
    while (!data.empty()) {
      const ssize_t done =
          ::pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return system_failure("write to", path_, errno);
      if (done == 0) return system_failure("write to", path_, ENOSPC);
      data = data.subspan(static_cast<std::size_t>(done));
      offset += static_cast<std::uint64_t>(done);
    }
    return {};
  }

  base::Status sync() override {
    if (::fdatasync(descriptor_) != 0) return system_failure("sync", path_, errno);
    return {};
  }

  base::Result<std::vector<std::uint8_t>> read(std::uint64_t offset, std::uint64_t size) override {
    TRY(const std::uint64_t end, this->size());
    std::vector<std::uint8_t> data(offset < end ? std::min(size, end - offset) : 0);
    std::size_t at = 0;
    while (at < data.size()) {
      const ssize_t done =
          ::pread(descriptor_, data.data() + at, data.size() - at, static_cast<off_t>(offset + at));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return system_failure("read", path_, errno);
      if (done == 0) break;
      at += static_cast<std::size_t>(done);
    }
    data.resize(at);
    return data;
  }

  base::Result<std::uint64_t> size() override {
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0) return system_failure("look at", path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  int descriptor_;
  std::string path_;
};

class RealLock : public FileLock {
 public:
  explicit RealLock(int descriptor) : descriptor_(descriptor) {}
  ~RealLock() override { ::close(descriptor_); }
  RealLock(const RealLock&) = delete;
  RealLock& operator=(const RealLock&) = delete;

 private:
  int descriptor_;
};

class RealDisk : public Disk {
 public:
  base::Status make_directory(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return system_failure("make the folder", path, error.value());
    return {};
  }

  base::Result<std::vector<std::string>> list(const std::string& directory) override {
    std::vector<std::string> names;
    std::error_code error;
    auto entry = std::filesystem::directory_iterator(directory, error);
    if (error == std::errc::no_such_file_or_directory) return names;
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
      names.push_back(entry->path().filename().string());
    if (error) return system_failure("list the folder", directory, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  base::Result<std::unique_ptr<File>> create(const std::string& path) override {
    return open_file(path, O_RDWR | O_CREAT | O_TRUNC, "create");
  }
  base::Result<std::unique_ptr<File>> open(const std::string& path, bool writable) override {
    return open_file(path, writable ? O_RDWR : O_RDONLY, "open");
  }

  base::Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_failure("rename", from, errno);
    return {};
  }
  base::Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return system_failure("remove", path, errno);
    return {};
  }

  base::Status sync_directory(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_failure("open the folder", path, errno);
    const int result = ::fsync(descriptor);
    const int number = errno;
    ::close(descriptor);
    if (result != 0) return system_failure("sync the folder", path, number);
    return {};
  }

  base::Result<std::uint64_t> free_bytes(const std::string& directory) override {
    struct statvfs info {};
    if (::statvfs(directory.c_str(), &info) != 0)
      return system_failure("ask the free space of", directory, errno);
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  }

  base::Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return system_failure("open", path, errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int number = errno;
      ::close(descriptor);
      if (number != EWOULDBLOCK) return system_failure("lock", path, number);
      return base::fail("locked", "another process is using this journal (it holds " + path +
                                      "); stop it first or choose another data folder");
    }
    return std::make_unique<RealLock>(descriptor);
  }

 private:
  static base::Result<std::unique_ptr<File>> open_file(const std::string& path, int flags,
                                                       const char* act) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0) return system_failure(act, path, errno);
    return std::make_unique<RealFile>(descriptor, path);
  }
};

}  // namespace

std::unique_ptr<Disk> real_disk() {
  return std::make_unique<RealDisk>();
}

}  // namespace journal
