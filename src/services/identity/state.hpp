#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "crypto/token.hpp"
#include "identity/identity.hpp"
#include "identity/registry.hpp"
#include "identity/throttle.hpp"
#include "work/work_queue.hpp"

namespace identity {

// A password hash takes 64 MiB: two at once are what a small machine can spare.
inline constexpr std::size_t hashing_threads = 2;
inline constexpr std::size_t change_threads = 1;

struct Identity::State {
  State(Settings given, crypto::TokenIssuer tokens_, std::unique_ptr<Registry> registry_)
      : settings(std::move(given)),
        tokens(std::move(tokens_)),
        registry(std::move(registry_)),
        hashing(hashing_threads, logins_waiting_max),
        changes(change_threads, changes_waiting_max) {}

  Settings settings;
  crypto::TokenIssuer tokens;
  std::unique_ptr<Registry> registry;
  LoginThrottle throttle;
  std::string decoy_hash;  // what the password of an unknown user is compared with
  std::string generated_password;

  std::atomic<std::uint64_t> logins = 0;
  std::atomic<std::uint64_t> failed_logins = 0;
  std::atomic<std::uint64_t> throttled = 0;
  std::atomic<std::uint64_t> refused_busy = 0;
  std::atomic<std::uint64_t> refresh_reuses = 0;
  mutable std::atomic<std::uint64_t> rejected_tokens = 0;

  // Last, so that their jobs end before what they use.
  work::WorkQueue hashing;
  work::WorkQueue changes;
};

}  // namespace identity
