#include "gateway/routes.hpp"

#include <utility>

#include "base/check.hpp"

namespace gateway {

void Routes::mount_websocket(std::string path, Access access, MountedHandler handler) {
  add({std::move(path), access, true, std::move(handler)});
}

void Routes::mount(std::string path, Access access, MountedHandler handler) {
  add({std::move(path), access, false, std::move(handler)});
}

void Routes::add(Mount mount) {
  CHECK(mount.path.size() > 1 && mount.path.starts_with('/') && !mount.path.ends_with('/'));
  for (const Mount& other : mounts_)
    CHECK(other.path != mount.path);
  mounts_.push_back(std::move(mount));
}

const Routes::Mount* Routes::find(std::string_view path) const {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts_) {
    if (!path.starts_with(mount.path)) continue;
    const bool exact = path.size() == mount.path.size();
    const bool below =
        !mount.websocket && path.size() > mount.path.size() && path[mount.path.size()] == '/';
    if (!exact && !below) continue;
    if (best == nullptr || mount.path.size() > best->path.size()) best = &mount;
  }
  return best;
}

}  // namespace gateway
