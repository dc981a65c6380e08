#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "store_sqlite/database.hpp"

namespace identity {

struct User {
  model::UserId id;
  std::string username;
  std::string password_hash;
  std::string role;
  bool disabled = false;
  std::uint32_t version = 1;  // of the rights; tokens of an older version are void
  base::Timestamp created;
};

// What a login or a refresh gives: the one refresh token that continues the session.
struct Session {
  User user;
  std::string id;
  std::string refresh_token;
  base::Timestamp expires;
};

struct UserChange {
  std::optional<std::string> role;
  std::optional<bool> disabled;
  std::optional<std::string> password_hash;
};

// Users and sessions: the file is the truth, memory answers the reads of every request. Changes are
// on disk before they show. A session that is not there is over: ending one deletes it with all its
// refresh tokens, spent ones included. Any thread; changes wait for the disk.
class Registry {
 public:
  static base::Result<std::unique_ptr<Registry>> open(const std::string& path, base::Timestamp now);

  [[nodiscard]] std::optional<User> find(std::string_view username) const;
  // The user of a session that lives, when the rights have this version and the user is enabled.
  [[nodiscard]] std::optional<User> user_of_session(std::string_view session, model::UserId user,
                                                    std::uint32_t version,
                                                    base::Timestamp now) const;
  // By name, names above `after`.
  [[nodiscard]] std::vector<User> list(std::string_view after, std::size_t limit) const;
  [[nodiscard]] std::size_t user_count() const;

  // Errors of all changes: those of store_sqlite. Also: already_exists, too_many_users.
  base::Result<User> add_user(std::string_view username, std::string_view password_hash,
                              std::string_view role, base::Timestamp now);
  // A new role voids the access tokens; disabling or a new password ends the sessions too.
  // Also: unknown_user, last_admin when nobody could administer any more.
  base::Result<User> change_user(std::string_view username, const UserChange& change);
  // The same password under another cost: nothing ends.
  base::Status set_rehashed(model::UserId user, std::string_view password_hash);

  // Ends the user's oldest session when there are sessions_of_user_max.
  base::Result<Session> open_session(const User& user, base::Timestamp now,
                                     base::Timestamp expires);
  // Also: invalid_refresh_token (unknown, expired, user disabled), refresh_token_reused when it was
  // spent before; its session is then over.
  base::Result<Session> refresh(std::string_view refresh_token, base::Timestamp now);
  // Ends the session of a refresh token; nothing when there is none.
  base::Status close_session(std::string_view refresh_token);

 private:
  struct LiveSession {
    model::UserId user;
    base::Timestamp created;
    base::Timestamp expires;
  };
  struct StoredToken {
    std::string session;
    bool spent = false;
  };

  explicit Registry(store_sqlite::Database database) : database_(std::move(database)) {}
  base::Status load(base::Timestamp now);
  base::Result<std::optional<StoredToken>> find_token(std::string_view refresh_token);
  base::Result<std::string> add_token(std::string_view session);
  base::Status remove_sessions(const std::vector<std::string>& sessions);
  std::vector<std::string> sessions_of(model::UserId user) const;
  bool is_last_admin(const User& user) const;

  std::mutex database_mutex_;  // before memory_mutex_
  store_sqlite::Database database_;
  mutable std::shared_mutex memory_mutex_;
  std::unordered_map<std::uint32_t, User> users_;
  std::unordered_map<std::string, std::uint32_t> ids_;  // by username
  std::unordered_map<std::string, LiveSession> sessions_;
};

}  // namespace identity
