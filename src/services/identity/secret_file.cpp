#include "identity/secret_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.hpp"

namespace identity {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t file_size_max = 4'096;

tl::unexpected<base::Error> failure(const std::string& what, const std::string& path) {
  return base::fail("file_error", "cannot " + what + " " + path + ": " + std::strerror(errno));
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

base::Result<std::string> read_secret(const File& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure("examine", path);
  if ((status.st_mode & 077) != 0)
    return base::fail("insecure_file", path + " may be read by others; run chmod 600 on it");
  std::array<char, file_size_max> text{};
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return failure("read", path);
  std::string secret(text.data(), static_cast<std::size_t>(size));
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r'))
    secret.pop_back();
  return secret;
}

// Written under another name first, so that a crash leaves no half secret.
base::Result<std::string> create_secret(const std::string& path) {
  const std::string draft = path + ".new";
  std::string secret = crypto::random_hex(secret_bytes);
  const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) return failure("create", draft);
  if (::fchmod(file.get(), 0600) != 0) return failure("protect", draft);
  const std::string line = secret + "\n";
  if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return failure("write", draft);
  if (::fsync(file.get()) != 0) return failure("sync", draft);
  if (::rename(draft.c_str(), path.c_str()) != 0) return failure("name", path);
  return secret;
}

}  // namespace

base::Result<std::string> load_or_create_secret(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() >= 0) return read_secret(file, path);
  if (errno != ENOENT) return failure("open", path);
  return create_secret(path);
}

}  // namespace identity
