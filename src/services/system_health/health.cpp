#include "system_health/health.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "json/fields.hpp"

namespace system_health {
namespace {

struct Nothing {
  static constexpr auto fields() { return std::tuple{}; }
};

struct CheckView {
  std::string name;
  std::string state;
  std::optional<std::string> reason;
  static constexpr auto fields() {
    return std::tuple{
        json::field("name", &CheckView::name, "What was checked."),
        json::field("state", &CheckView::state, "How it is.",
                    json::one_of("ok", "degraded", "down")),
        json::field("reason", &CheckView::reason, "Why it is not ok; absent when it is."),
    };
  }
};

struct HealthView {
  std::string status;
  std::vector<CheckView> checks;
  static constexpr auto fields() {
    return std::tuple{
        json::field("status", &HealthView::status, "The worst state of all checks.",
                    json::one_of("ok", "degraded", "down")),
        json::field("checks", &HealthView::checks, "Every check with its state and reason."),
    };
  }
};

struct FigureView {
  std::string name;
  std::int64_t value = 0;
  static constexpr auto fields() {
    return std::tuple{
        json::field("name", &FigureView::name, "What is counted."),
        json::field("value", &FigureView::value, "Its value now."),
    };
  }
};

struct StatusView {
  std::string version;
  std::string layout;
  std::int64_t uptime_ms = 0;
  std::uint64_t last_sequence = 0;
  std::string status;
  std::vector<CheckView> checks;
  std::vector<FigureView> figures;
  static constexpr auto fields() {
    return std::tuple{
        json::field("version", &StatusView::version, "Version of the platform."),
        json::field("layout", &StatusView::layout, "One process, or one a service.",
                    json::one_of("embedded", "production")),
        json::field("uptime_ms", &StatusView::uptime_ms, "Milliseconds since the start."),
        json::field("last_sequence", &StatusView::last_sequence,
                    "Sequence number of the last durable command."),
        json::field("status", &StatusView::status, "The worst state of all checks.",
                    json::one_of("ok", "degraded", "down")),
        json::field("checks", &StatusView::checks, "Every check with its state and reason."),
        json::field("figures", &StatusView::figures, "Queue depths, connections and the like."),
    };
  }
};

std::vector<CheckView> view_of(const std::vector<Check>& checks) {
  std::vector<CheckView> views;
  views.reserve(checks.size());
  for (const Check& check : checks) {
    CheckView view{check.name, std::string(name_of(check.state)), std::nullopt};
    if (!check.reason.empty()) view.reason = check.reason;
    views.push_back(std::move(view));
  }
  return views;
}

HealthView view_of(const HealthRegistry& registry) {
  const std::vector<Check> checks = registry.checks();
  return {std::string(name_of(worst(checks))), view_of(checks)};
}

operations::Declaration health_declaration() {
  return {
      .name = "get_health",
      .title = "Health of the platform",
      .description =
          "The state of every part that can fail, with the reason where one is not ok. Status down "
          "means that no requests should be sent here; degraded means that they are answered, with "
          "what the reasons say missing.",
      .service = "system-health",
      .path = "/health",
      .permission = "",
  };
}

operations::Declaration status_declaration() {
  return {
      .name = "get_system_status",
      .title = "State of the system",
      .description =
          "Version, layout, uptime, the last durable sequence number, all health checks, and "
          "figures such as queue depths and open connections.",
      .service = "system-health",
      .path = "/system/status",
      .permission = "system.read",
  };
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::Ok: return "ok";
    case State::Degraded: return "degraded";
    case State::Down: return "down";
  }
  CHECK(!"a state outside the enum");
  return {};
}

void HealthRegistry::report(std::string_view name, State state, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(reported_.begin(), reported_.end(),
                                  [&](const Check& check) { return check.name == name; });
  if (known != reported_.end()) {
    known->state = state;
    known->reason = reason;
    return;
  }
  CHECK(reported_.size() + probes_.size() < checks_max);
  reported_.push_back({std::string(name), state, std::string(reason)});
}

void HealthRegistry::add_probe(std::string name, std::function<Check()> probe) {
  const std::lock_guard lock(mutex_);
  CHECK(reported_.size() + probes_.size() < checks_max);
  probes_.emplace_back(std::move(name), std::move(probe));
}

std::vector<Check> HealthRegistry::checks() const {
  std::vector<Check> checks;
  std::vector<std::pair<std::string, std::function<Check()>>> probes;
  {
    const std::lock_guard lock(mutex_);
    checks = reported_;
    probes = probes_;
  }
  // Outside the lock: a probe may itself report.
  for (const auto& [name, probe] : probes) {
    Check check = probe();
    check.name = name;
    checks.push_back(std::move(check));
  }
  return checks;
}

State worst(const std::vector<Check>& checks) {
  State state = State::Ok;
  for (const Check& check : checks)
    state = std::max(state, check.state);
  return state;
}

HealthReport report_of(const HealthRegistry& registry) {
  const HealthView view = view_of(registry);
  return {view.status != name_of(State::Down), json::to_text(view)};
}

void add_operations(operations::Table& table, const HealthRegistry& registry, StatusSource source) {
  CHECK(source.uptime_ms && source.last_sequence && source.figures);
  table.add<Nothing, HealthView>(
      health_declaration(),
      [&registry](const operations::Caller&, Nothing, operations::Reply<HealthView> reply) {
        reply(view_of(registry));
      });
  table.add<Nothing, StatusView>(status_declaration(), [&registry, source = std::move(source)](
                                                           const operations::Caller&, Nothing,
                                                           operations::Reply<StatusView> reply) {
    HealthView health = view_of(registry);
    StatusView view{source.version,
                    source.layout,
                    source.uptime_ms(),
                    source.last_sequence(),
                    std::move(health.status),
                    std::move(health.checks),
                    {}};
    for (Figure& figure : source.figures())
      view.figures.push_back({std::move(figure.name), figure.value});
    reply(std::move(view));
  });
}

}  // namespace system_health
