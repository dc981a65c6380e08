#include "journal/simulated_disk.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "wire/segment.hpp"

namespace journal {
namespace {

constexpr std::uint64_t sector = wire::sector_size;

tl::unexpected<base::Error> missing(const std::string& path) {
  return base::fail("disk_error", "cannot open " + path + ": No such file or directory");
}

std::uint64_t next_random(std::uint64_t& state) {  // SplitMix64
  std::uint64_t z = (state += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// Whether the `index`-th of `count` unsynced sectors reached the medium.
bool kept(Damage damage, std::size_t index, std::size_t count, std::uint64_t& random) {
  switch (damage) {
    case Damage::DropAll: return false;
    case Damage::KeepAll: return true;
    case Damage::KeepFirstHalf: return index < count / 2;
    case Damage::KeepLastHalf: return index >= count / 2;
    case Damage::KeepEven: return index % 2 == 0;
    case Damage::KeepOdd: return index % 2 == 1;
    case Damage::DropFirst: return index != 0;
    case Damage::KeepRandom: return (next_random(random) & 1) != 0;
  }
  CHECK(!"a damage outside the enum");
  return false;
}

class HeldLock : public FileLock {
 public:
  HeldLock(std::shared_ptr<std::set<std::string>> locks, std::string path)
      : locks_(std::move(locks)), path_(std::move(path)) {}
  ~HeldLock() override { locks_->erase(path_); }

 private:
  std::shared_ptr<std::set<std::string>> locks_;
  std::string path_;
};

}  // namespace

class SimulatedDisk::Handle : public File {
 public:
  Handle(SimulatedDisk& disk, std::shared_ptr<Content> content, std::string path)
      : disk_(disk), content_(std::move(content)), path_(std::move(path)) {}

  base::Status write(std::uint64_t offset, bytes::View data) override {
    const std::lock_guard guard(disk_.mutex_);
    return disk_.write(*content_, path_, offset, data);
  }
  base::Status sync() override {
    const std::lock_guard guard(disk_.mutex_);
    return disk_.sync(*content_, path_);
  }
  base::Result<std::vector<std::uint8_t>> read(std::uint64_t offset, std::uint64_t size) override {
    const std::lock_guard guard(disk_.mutex_);
    const std::vector<std::uint8_t>& all = content_->current;
    if (offset >= all.size()) return std::vector<std::uint8_t>{};
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(offset);
    return std::vector<std::uint8_t>(
        from, from + static_cast<std::ptrdiff_t>(std::min(size, all.size() - offset)));
  }
  base::Result<std::uint64_t> size() override {
    const std::lock_guard guard(disk_.mutex_);
    return content_->current.size();
  }

 private:
  SimulatedDisk& disk_;
  std::shared_ptr<Content> content_;
  std::string path_;
};

SimulatedDisk::SimulatedDisk(const FaultPlan& plan)
    : plan_(plan), locks_(std::make_shared<std::set<std::string>>()) {}
SimulatedDisk::~SimulatedDisk() = default;

void SimulatedDisk::set_plan(const FaultPlan& plan) {
  const std::lock_guard guard(mutex_);
  plan_ = plan;
  steps_ = syncs_ = writes_ = 0;
}
void SimulatedDisk::set_capacity(std::uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  plan_.capacity_bytes = bytes;
}
std::uint64_t SimulatedDisk::steps() const {
  const std::lock_guard guard(mutex_);
  return steps_;
}
std::uint64_t SimulatedDisk::syncs() const {
  const std::lock_guard guard(mutex_);
  return syncs_;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_crash(Damage damage, std::uint64_t seed) const {
  const std::lock_guard guard(mutex_);
  auto disk = std::make_unique<SimulatedDisk>();
  const Names& names = damage == Damage::KeepAll ? names_ : durable_names_;
  std::uint64_t random = seed;
  for (const auto& [path, content] : names) {
    auto left = std::make_shared<Content>();
    left->current = content->durable;
    std::size_t index = 0;
    for (const std::uint64_t number : content->unsynced) {
      if (!kept(damage, index++, content->unsynced.size(), random)) continue;
      const std::uint64_t from = number * sector;
      const std::uint64_t to = std::min<std::uint64_t>(from + sector, content->current.size());
      if (left->current.size() < to) left->current.resize(to);
      std::copy(content->current.begin() + static_cast<std::ptrdiff_t>(from),
                content->current.begin() + static_cast<std::ptrdiff_t>(to),
                left->current.begin() + static_cast<std::ptrdiff_t>(from));
    }
    left->durable = left->current;
    disk->names_[path] = left;
  }
  disk->durable_names_ = disk->names_;
  return disk;
}

std::vector<std::uint8_t> SimulatedDisk::contents(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  CHECK(found != names_.end());
  return found->second->current;
}

void SimulatedDisk::set_contents(const std::string& path, std::vector<std::uint8_t> data) {
  const std::lock_guard guard(mutex_);
  auto content = std::make_shared<Content>();
  content->current = data;
  content->durable = std::move(data);
  names_[path] = content;
  durable_names_[path] = content;
}

base::Status SimulatedDisk::step(const std::string& path) {
  ++steps_;
  if (plan_.crash_at_step != 0 && steps_ >= plan_.crash_at_step)
    return base::fail("disk_error", "cannot reach " + path + ": the machine stopped");
  return {};
}

std::uint64_t SimulatedDisk::used_bytes() const {
  std::uint64_t used = 0;
  for (const auto& [path, content] : names_)
    used += content->current.size();
  return used;
}

base::Status SimulatedDisk::write(Content& content, const std::string& path, std::uint64_t offset,
                                  bytes::View data) {
  const base::Status reached = step(path);
  const bool fails = ++writes_ == plan_.fail_write_at;
  const std::uint64_t end = offset + data.size();
  const std::uint64_t growth = end > content.current.size() ? end - content.current.size() : 0;
  const bool full = growth > 0 && used_bytes() + growth > plan_.capacity_bytes;
  const bool past_crash = !reached && steps_ > plan_.crash_at_step;
  if (full || past_crash)
    return reached ? base::fail("disk_full", "no space for " + path) : reached;
  // A write cut short by the crash or the full disk has put its first half into the cache.
  const bytes::View part = fails ? data.first(data.size() / 2) : data;
  if (content.current.size() < offset + part.size()) content.current.resize(offset + part.size());
  std::copy(part.begin(), part.end(),
            content.current.begin() + static_cast<std::ptrdiff_t>(offset));
  for (std::uint64_t n = offset / sector; n * sector < offset + part.size(); ++n)
    content.unsynced.insert(n);
  if (fails) return base::fail("disk_full", "no space for " + path);
  return reached;
}

// A failed sync forgets the data, as kernels do: a later sync would succeed without it.
base::Status SimulatedDisk::sync(Content& content, const std::string& path) {
  TRY_STATUS(step(path));
  ++syncs_;
  const bool fails =
      plan_.fail_sync_at != 0 &&
      (syncs_ == plan_.fail_sync_at || (plan_.fail_later_syncs && syncs_ > plan_.fail_sync_at));
  if (!fails) {
    content.durable.resize(content.current.size());
    for (const std::uint64_t number : content.unsynced) {
      const std::uint64_t from = number * sector;
      const std::uint64_t to = std::min<std::uint64_t>(from + sector, content.current.size());
      std::copy(content.current.begin() + static_cast<std::ptrdiff_t>(from),
                content.current.begin() + static_cast<std::ptrdiff_t>(to),
                content.durable.begin() + static_cast<std::ptrdiff_t>(from));
    }
  }
  content.unsynced.clear();
  if (fails) return base::fail("disk_error", "cannot sync " + path + ": Input/output error");
  return {};
}

base::Status SimulatedDisk::make_directory(const std::string&) {
  return {};
}

base::Result<std::vector<std::string>> SimulatedDisk::list(const std::string& directory) {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> found;
  const std::string prefix = directory + "/";
  for (const auto& [path, content] : names_)
    if (path.starts_with(prefix)) found.push_back(path.substr(prefix.size()));
  return found;
}

base::Result<std::unique_ptr<File>> SimulatedDisk::create(const std::string& path) {
  const std::lock_guard guard(mutex_);
  TRY_STATUS(step(path));
  auto content = std::make_shared<Content>();
  names_[path] = content;
  return std::make_unique<Handle>(*this, std::move(content), path);
}

base::Result<std::unique_ptr<File>> SimulatedDisk::open(const std::string& path, bool) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  if (found == names_.end()) return missing(path);
  return std::make_unique<Handle>(*this, found->second, path);
}

base::Status SimulatedDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  TRY_STATUS(step(from));
  const auto found = names_.find(from);
  if (found == names_.end()) return missing(from);
  names_[to] = found->second;
  names_.erase(from);
  return {};
}

base::Status SimulatedDisk::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  TRY_STATUS(step(path));
  if (names_.erase(path) == 0) return missing(path);
  return {};
}

base::Status SimulatedDisk::sync_directory(const std::string& path) {
  const std::lock_guard guard(mutex_);
  TRY_STATUS(step(path));
  durable_names_ = names_;
  return {};
}

base::Result<std::uint64_t> SimulatedDisk::free_bytes(const std::string&) {
  const std::lock_guard guard(mutex_);
  const std::uint64_t used = used_bytes();
  return plan_.capacity_bytes > used ? plan_.capacity_bytes - used : 0;
}

base::Result<std::unique_ptr<FileLock>> SimulatedDisk::lock(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!locks_->insert(path).second)
    return base::fail("locked", "another process is using this journal (it holds " + path + ")");
  return std::make_unique<HeldLock>(locks_, path);
}

}  // namespace journal
