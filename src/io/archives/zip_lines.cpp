#include <filesystem>

#include <zip.h>

#include "archives/archive.hpp"
#include "archives/line_buffer.hpp"

namespace archives {

namespace {

struct DiscardZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using ZipArchive = std::unique_ptr<zip_t, DiscardZip>;
using ZipEntry = std::unique_ptr<zip_file_t, CloseEntry>;

base::Result<ZipArchive> open_archive(const std::string& path, const Limits& limits) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return base::fail("cannot_open", path + ": " + error.message());
  if (size > limits.archive_bytes_max)
    return base::fail("archive_too_large", path + ": the file is larger than " +
                                               std::to_string(limits.archive_bytes_max) + " bytes");
  int code = 0;
  ZipArchive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t reason;
    zip_error_init_with_code(&reason, code);
    const std::string text = zip_error_strerror(&reason);
    zip_error_fini(&reason);
    return base::fail("archive_damaged", path + ": " + text);
  }
  if (zip_get_num_entries(archive.get(), 0) > static_cast<zip_int64_t>(limits.entries_max))
    return base::fail("archive_too_large",
                      path + ": holds more than " + std::to_string(limits.entries_max) + " files");
  return archive;
}

class ZipLines final : public LineReader {
 public:
  ZipLines(std::string path, ZipArchive archive, ZipEntry entry, const Limits& limits)
      : path_(path),
        archive_(std::move(archive)),
        entry_(std::move(entry)),
        lines_(std::move(path), limits,
               [this](char* data, std::size_t size) { return read(data, size); }) {}

  base::Result<bool> next(std::string_view& line) override { return lines_.next(line); }
  [[nodiscard]] std::uint64_t bytes_read() const override { return lines_.bytes_read(); }

 private:
  base::Result<std::size_t> read(char* data, std::size_t size) {
    const zip_int64_t got = zip_fread(entry_.get(), data, size);
    if (got < 0)
      return base::fail("archive_damaged",
                        path_ + ": " + zip_error_strerror(zip_file_get_error(entry_.get())));
    return static_cast<std::size_t>(got);
  }

  std::string path_;
  ZipArchive archive_;
  ZipEntry entry_;  // closed before the archive
  LineBuffer lines_;
};

}  // namespace

base::Result<std::vector<Entry>> list_zip(const std::string& path, const Limits& limits) {
  TRY(const ZipArchive archive, open_archive(path, limits));
  std::vector<Entry> entries;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &stat) != 0)
      return base::fail("archive_damaged", path + ": " + zip_strerror(archive.get()));
    const std::string_view name = (stat.valid & ZIP_STAT_NAME) != 0 ? stat.name : "";
    if (name.empty() || name.back() == '/') continue;
    entries.push_back({std::string(name), (stat.valid & ZIP_STAT_SIZE) != 0 ? stat.size : 0});
  }
  return entries;
}

base::Result<std::unique_ptr<LineReader>> open_zip_entry(const std::string& path,
                                                         const std::string& entry,
                                                         const Limits& limits) {
  TRY(ZipArchive archive, open_archive(path, limits));
  const zip_int64_t index = zip_name_locate(archive.get(), entry.c_str(), ZIP_FL_ENC_GUESS);
  if (index < 0) return base::fail("unknown_entry", path + ": holds no file named " + entry);
  ZipEntry file(zip_fopen_index(archive.get(), static_cast<zip_uint64_t>(index), 0));
  if (!file)
    return base::fail("archive_damaged", path + ": " + entry + ": " + zip_strerror(archive.get()));
  return std::make_unique<ZipLines>(path, std::move(archive), std::move(file), limits);
}

}  // namespace archives
