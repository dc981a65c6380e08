// What one durable write costs here: overwrites 4 KiB of a preallocated, prewritten file and calls
// fdatasync, over and over, as the journal does.
//
//   sync_rate FOLDER SECONDS       prints rate= p50_us= p99_us=

#include <string>

#include "client.hpp"

namespace {

constexpr std::size_t block = 4'096;
constexpr std::size_t blocks = 1'024;

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc == 3 ? std::atof(argv[2]) : 0;
  if (seconds <= 0) {
    std::fprintf(stderr, "sync_rate FOLDER SECONDS\n");
    return 2;
  }
  const std::string path = std::string(argv[1]) + "/sync_rate.tmp";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) load::stop("cannot write " + path);
  const std::vector<char> data(block, 'x');
  const auto write_block = [&](std::size_t index) {
    if (::pwrite(fd, data.data(), block, static_cast<off_t>(index * block)) !=
        static_cast<ssize_t>(block))
      load::stop("cannot write " + path);
  };
  for (std::size_t i = 0; i < blocks; ++i)
    write_block(i);
  if (::fsync(fd) != 0) load::stop("cannot sync " + path);
  std::vector<std::int64_t> took;
  const std::int64_t begin = load::steady_ns();
  const std::int64_t until = begin + static_cast<std::int64_t>(seconds * 1e9);
  for (std::size_t i = 0; load::steady_ns() < until; ++i) {
    const std::int64_t before = load::steady_ns();
    write_block(i % blocks);
    if (::fdatasync(fd) != 0) load::stop("cannot sync " + path);
    took.push_back(load::steady_ns() - before);
  }
  const double elapsed = static_cast<double>(load::steady_ns() - begin) / 1e9;
  ::close(fd);
  ::unlink(path.c_str());
  const double count = static_cast<double>(took.size());
  std::printf("rate=%.0f p50_us=%.0f p99_us=%.0f\n", count / elapsed,
              static_cast<double>(load::quantile(took, 500)) / 1e3,
              static_cast<double>(load::quantile(took, 990)) / 1e3);
}
