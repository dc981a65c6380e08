#pragma once

// The composition: makes every part of the embedded layout, gives each its ports, starts and stops
// them in order. The only module that names adapters (files, SQLite, sockets, clocks).
//
// main calls start(), waits for a signal and calls stop(). Guarantees: when start() returns, the
// state is recovered, every port answers and the market runs; when it fails, nothing is left
// running and the error says what to do; stop() finishes what was taken and leaves a checkpoint and
// a snapshot. Absent on purpose: behaviour of its own.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/server.hpp"
#include "settings/settings.hpp"

namespace platform {

inline constexpr std::string_view version = "0.1.0";

struct Service {
  std::string_view name;
  std::uint16_t port;
};
// The services of the contract with their ports.
const std::vector<Service>& services();

using SayPassword = std::function<void(const std::string& password)>;

class Platform {
 public:
  // Errors: what a part refuses, for example listen_failed, locked, journal_damaged.
  // `say_password` is told the password that a first start without a given one generated, once.
  static base::Result<std::unique_ptr<Platform>> start(const settings::Settings& settings,
                                                       const SayPassword& say_password);
  ~Platform();  // stop()

  // The generated reference pages in Markdown: operations, refusal reasons, settings. Makes the
  // parts in a scratch folder, without market, doors or ports.
  static base::Result<std::string> reference();

  [[nodiscard]] const std::vector<net::BoundPort>& ports() const;
  // Takes over what can change while running (the log level).
  void reload(const settings::Settings& settings);
  void stop();

  struct Parts;  // parts.hpp; private to the module

 private:
  explicit Platform(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace platform
