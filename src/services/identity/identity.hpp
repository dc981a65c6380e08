#pragma once

// Who may use the platform: users with Argon2id passwords and a role, sessions with rotating
// refresh tokens, signed access tokens.
//
// The gateway calls verify() for every request (any thread, no disk); the operations login,
// refresh_token, logout, change_password and the administration of users run on two threads of
// their own, since a password hash takes 64 MiB and a tenth of a second. The file identity.sqlite
// is authoritative and written with full synchronisation.
//
// Guarantees: logout, role change, disabling and password change end the tokens they concern at
// once and for ever; a refresh token works once, and using it again ends its whole session; an
// unknown user and a wrong password get the same answer for the same work; failures are throttled
// by account and by address. Passwords and tokens are never logged and stored only as hashes.
// Absent on purpose: agent keys, one-time codes, outside identity providers.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/password.hpp"
#include "operations/authenticator.hpp"
#include "operations/operation.hpp"

namespace identity {

inline constexpr std::size_t users_max = 10'000;
inline constexpr std::size_t sessions_of_user_max = 32;  // a new login ends the oldest
inline constexpr std::size_t logins_waiting_max = 64;    // one more is refused busy
inline constexpr std::size_t changes_waiting_max = 256;  // refreshes, logouts; likewise
inline constexpr std::size_t password_size_min = 8;      // bytes

struct Settings {
  std::string data_folder;     // must exist
  std::string jwt_secret;      // empty = DATA/jwt_secret, generated when absent
  std::string admin_password;  // of the first start; empty = generated
  int access_hours = 24;
  int refresh_days = 7;
  crypto::PasswordCost password_cost;      // tests use a small one
  std::function<base::Timestamp()> clock;  // empty = the system's
};

class Identity : public operations::Authenticator {
 public:
  // Errors: weak_secret, invalid_setting, those of store_sqlite and of files. A first start creates
  // the user `admin`.
  static base::Result<std::unique_ptr<Identity>> open(Settings settings);
  ~Identity() override;

  // The generated password of the first start, once; empty otherwise. To be printed, never logged.
  [[nodiscard]] std::string take_generated_password();

  // The caller an access token stands for; channel, request id and address are left to the door.
  // Any thread, no disk. Errors: invalid_token, with no detail an attacker could use.
  base::Result<operations::Caller> verify(std::string_view access_token) const override;

  // Adds login, refresh_token, logout, change_password, create_user, list_users, update_user. The
  // table must outlive this, since waiting jobs answer through it, and not be called afterwards.
  void add_operations(operations::Table& table);

  // The id of a user, for example the owner of the first account; invalid() when unknown.
  [[nodiscard]] model::UserId find_user(std::string_view username) const;
  [[nodiscard]] bool has_user(model::UserId id) const;

  // For metrics.
  struct Stats {
    std::uint64_t logins = 0;
    std::uint64_t failed_logins = 0;
    std::uint64_t throttled = 0;
    std::uint64_t refused_busy = 0;
    std::uint64_t refresh_reuses = 0;
    std::uint64_t rejected_tokens = 0;
  };
  [[nodiscard]] Stats stats() const;

  struct State;

 private:
  explicit Identity(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace identity
