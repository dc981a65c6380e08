#pragma once

// The health of the process: named checks, each with a state and the reason for it, and the
// operations get_health and get_system_status.
//
// Parts report their own state (the sequencer its journal, market sources their feeds); app wires
// them. Readiness is false while any check is down, so that a load balancer sends nothing here;
// degraded still serves. Absent on purpose: probing other processes, restarting anything.

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "operations/operation.hpp"

namespace system_health {

enum class State : std::uint8_t { Ok, Degraded, Down };
std::string_view name_of(State state);  // ok, degraded, down

inline constexpr std::size_t checks_max = 256;

struct Check {
  std::string name;
  State state = State::Ok;
  std::string reason;  // empty when ok
};

// Thread-safe.
class HealthRegistry {
 public:
  // Sets the state of a check, which appears with its first report. CHECKs checks_max.
  void report(std::string_view name, State state, std::string_view reason = {});
  // A check that is asked at each reading; `probe` is thread-safe, quick and returns its own state.
  void add_probe(std::string name, std::function<Check()> probe);

  // All checks, reported ones first, each kind in order of first appearance.
  [[nodiscard]] std::vector<Check> checks() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Check> reported_;
  std::vector<std::pair<std::string, std::function<Check()>>> probes_;
};

// The worst state of all checks; Ok when there are none.
State worst(const std::vector<Check>& checks);

struct HealthReport {
  bool ready = false;
  std::string body;  // {"status":"ok","checks":[{"name":...,"state":...,"reason":...}]}
};
HealthReport report_of(const HealthRegistry& registry);

// One number of get_system_status, for example {"sequencer_queue_depth", 12}.
struct Figure {
  std::string name;
  std::int64_t value = 0;
};

struct StatusSource {
  std::string version;
  std::string layout;  // embedded or production
  std::function<std::int64_t()> uptime_ms;
  std::function<std::uint64_t()> last_sequence;
  std::function<std::vector<Figure>()> figures;  // queue depths, connections, ...
};

// Adds get_health (no token needed) and get_system_status (permission system.read). `registry` must
// outlive the table; the functions of `source` are thread-safe.
void add_operations(operations::Table& table, const HealthRegistry& registry, StatusSource source);

}  // namespace system_health
