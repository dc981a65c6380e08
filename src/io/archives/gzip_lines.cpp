#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <zlib.h>

#include "archives/archive.hpp"
#include "archives/line_buffer.hpp"

namespace archives {

namespace {

struct CloseGzip {
  void operator()(gzFile file) const { gzclose_r(file); }
};
using GzipFile = std::unique_ptr<gzFile_s, CloseGzip>;

class GzipLines final : public LineReader {
 public:
  GzipLines(std::string path, GzipFile file, const Limits& limits)
      : path_(path),
        file_(std::move(file)),
        lines_(std::move(path), limits,
               [this](char* data, std::size_t size) { return read(data, size); }) {}

  base::Result<bool> next(std::string_view& line) override { return lines_.next(line); }
  [[nodiscard]] std::uint64_t bytes_read() const override { return lines_.bytes_read(); }

 private:
  base::Result<std::size_t> read(char* data, std::size_t size) {
    const int got = gzread(file_.get(), data, static_cast<unsigned>(size));
    int code = Z_OK;
    const char* const text = gzerror(file_.get(), &code);
    // A cut-off file reads short with Z_BUF_ERROR: that is damage, not an end.
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
      return base::fail("archive_damaged", path_ + ": " + text);
    return static_cast<std::size_t>(got);
  }

  std::string path_;
  GzipFile file_;
  LineBuffer lines_;
};

}  // namespace

base::Result<Kind> detect(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return base::fail("cannot_open", path + ": there is no such file");
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> head{};
  if (!file) return base::fail("cannot_open", path + ": " + std::strerror(errno));
  file.read(head.data(), head.size());
  const std::string_view magic(head.data(), static_cast<std::size_t>(file.gcount()));
  if (magic.substr(0, 2) == "\x1f\x8b") return Kind::Gzip;
  if (magic == "PK\x03\x04" || magic == "PK\x05\x06") return Kind::Zip;
  return Kind::Plain;
}

base::Result<std::unique_ptr<LineReader>> open_lines(const std::string& path,
                                                     const Limits& limits) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return base::fail("cannot_open", path + ": " + error.message());
  if (size > limits.archive_bytes_max)
    return base::fail("archive_too_large", path + ": the file is larger than " +
                                               std::to_string(limits.archive_bytes_max) + " bytes");
  GzipFile file(gzopen(path.c_str(), "rb"));
  if (!file) return base::fail("cannot_open", path + ": " + std::strerror(errno));
  gzbuffer(file.get(), 128 * 1024);
  return std::make_unique<GzipLines>(path, std::move(file), limits);
}

}  // namespace archives
