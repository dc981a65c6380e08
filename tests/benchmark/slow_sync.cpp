// Preloaded into the platform (LD_PRELOAD) to measure it on a slow disk: every fdatasync is done
// and then takes at least 3 ms altogether.

#include <chrono>
#include <thread>

#include <dlfcn.h>

extern "C" __attribute__((visibility("default"))) int fdatasync(int fd) {
  using Sync = int (*)(int);
  static const Sync next = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, "fdatasync"));
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(3);
  const int result = next(fd);
  std::this_thread::sleep_until(end);
  return result;
}
