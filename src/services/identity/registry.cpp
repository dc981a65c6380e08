#include "identity/registry.hpp"

#include <algorithm>
#include <utility>

#include "crypto/crypto.hpp"
#include "identity/identity.hpp"

namespace identity {
namespace {

constexpr const char* migrations[] = {R"sql(
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL, role TEXT NOT NULL, disabled INTEGER NOT NULL,
  version INTEGER NOT NULL, created INTEGER NOT NULL);
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES users (id),
  created INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX sessions_expires ON sessions (expires);
CREATE TABLE refresh_tokens (
  hash TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  spent INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session);
)sql"};

constexpr std::size_t session_id_bytes = 16;
constexpr std::size_t refresh_token_bytes = 32;
constexpr std::size_t refresh_token_size = 43;  // as text
// Spent tokens are kept to recognise their reuse; a session that would need more ends.
constexpr std::int64_t refreshes_of_session_max = 10'000;

std::string hash_of(std::string_view refresh_token) {
  return crypto::to_hex(crypto::as_text(crypto::sha256(refresh_token)));
}

// Sets the parameters in order and runs.
template <class... Values>
base::Status run(store_sqlite::Database& database, const char* sql, const Values&... values) {
  TRY(auto statement, database.prepare(sql));
  int at = 0;
  (statement.bind(at++, values), ...);
  return statement.run();
}

std::int64_t number(model::UserId id) {
  return static_cast<std::int64_t>(id.value());
}

tl::unexpected<base::Error> invalid_refresh() {
  return base::fail("invalid_refresh_token", "The refresh token is not valid; log in again.");
}

}  // namespace

base::Result<std::unique_ptr<Registry>> Registry::open(const std::string& path,
                                                       base::Timestamp now) {
  TRY(auto database,
      store_sqlite::Database::open(path, {.durability = store_sqlite::Durability::Full}));
  TRY_STATUS(database.migrate(migrations));
  std::unique_ptr<Registry> registry(new Registry(std::move(database)));
  TRY_STATUS(registry->load(now));
  return registry;
}

base::Status Registry::load(base::Timestamp now) {
  TRY_STATUS(run(database_, "DELETE FROM sessions WHERE expires <= ?", now.ns()));
  TRY(auto users, database_.prepare("SELECT id, username, password_hash, role, disabled, version, "
                                    "created FROM users"));
  for (;;) {
    TRY(const bool row, users.step());
    if (!row) break;
    User user{model::UserId(static_cast<std::uint32_t>(users.integer(0))),
              std::string(users.text(1)),
              std::string(users.text(2)),
              std::string(users.text(3)),
              users.integer(4) != 0,
              static_cast<std::uint32_t>(users.integer(5)),
              base::Timestamp(users.integer(6))};
    ids_[user.username] = user.id.value();
    users_[user.id.value()] = std::move(user);
  }
  TRY(auto sessions, database_.prepare("SELECT id, user, created, expires FROM sessions"));
  for (;;) {
    TRY(const bool row, sessions.step());
    if (!row) return {};
    sessions_[std::string(sessions.text(0))] = {
        model::UserId(static_cast<std::uint32_t>(sessions.integer(1))),
        base::Timestamp(sessions.integer(2)), base::Timestamp(sessions.integer(3))};
  }
}

std::optional<User> Registry::find(std::string_view username) const {
  const std::shared_lock lock(memory_mutex_);
  const auto found = ids_.find(std::string(username));
  if (found == ids_.end()) return std::nullopt;
  return users_.at(found->second);
}

std::optional<User> Registry::user_of_session(std::string_view session, model::UserId user,
                                              std::uint32_t version, base::Timestamp now) const {
  const std::shared_lock lock(memory_mutex_);
  const auto live = sessions_.find(std::string(session));
  if (live == sessions_.end() || live->second.user != user || live->second.expires <= now)
    return std::nullopt;
  const User& found = users_.at(user.value());
  if (found.disabled || found.version != version) return std::nullopt;
  return found;
}

std::vector<User> Registry::list(std::string_view after, std::size_t limit) const {
  std::vector<User> users;
  {
    const std::shared_lock lock(memory_mutex_);
    for (const auto& [id, user] : users_)
      if (user.username > after) users.push_back(user);
  }
  std::sort(users.begin(), users.end(),
            [](const User& a, const User& b) { return a.username < b.username; });
  if (users.size() > limit) users.resize(limit);
  return users;
}

std::size_t Registry::user_count() const {
  const std::shared_lock lock(memory_mutex_);
  return users_.size();
}

base::Result<User> Registry::add_user(std::string_view username, std::string_view password_hash,
                                      std::string_view role, base::Timestamp now) {
  const std::lock_guard guard(database_mutex_);
  if (find(username)) return base::fail("already_exists", "There is a user with this name.");
  if (user_count() >= users_max)
    return base::fail("too_many_users", "There are as many users as the platform keeps.");
  TRY(auto insert,
      database_.prepare("INSERT INTO users (username, password_hash, role, disabled, version, "
                        "created) VALUES (?, ?, ?, 0, 1, ?) RETURNING id"));
  insert.bind(0, username);
  insert.bind(1, password_hash);
  insert.bind(2, role);
  insert.bind(3, now.ns());
  TRY(const bool row, insert.step());
  if (!row) return base::fail("store_error", "the user was not stored");
  User user{model::UserId(static_cast<std::uint32_t>(insert.integer(0))),
            std::string(username),
            std::string(password_hash),
            std::string(role),
            false,
            1,
            now};
  // The statement commits when it is run to its end.
  TRY_STATUS(insert.step().map([](bool) {}));
  const std::unique_lock lock(memory_mutex_);
  ids_[user.username] = user.id.value();
  users_[user.id.value()] = user;
  return user;
}

bool Registry::is_last_admin(const User& user) const {
  if (user.role != "admin" || user.disabled) return false;
  const std::shared_lock lock(memory_mutex_);
  return std::none_of(users_.begin(), users_.end(), [&](const auto& item) {
    return item.second.id != user.id && item.second.role == "admin" && !item.second.disabled;
  });
}

std::vector<std::string> Registry::sessions_of(model::UserId user) const {
  const std::shared_lock lock(memory_mutex_);
  std::vector<std::pair<base::Timestamp, std::string>> found;
  for (const auto& [id, session] : sessions_)
    if (session.user == user) found.emplace_back(session.created, id);
  std::sort(found.begin(), found.end());
  std::vector<std::string> ids;
  for (auto& [created, id] : found)
    ids.push_back(std::move(id));
  return ids;
}

base::Status Registry::remove_sessions(const std::vector<std::string>& sessions) {
  for (const std::string& session : sessions)
    TRY_STATUS(run(database_, "DELETE FROM sessions WHERE id = ?", std::string_view(session)));
  return {};
}

base::Result<User> Registry::change_user(std::string_view username, const UserChange& change) {
  const std::lock_guard guard(database_mutex_);
  auto found = find(username);
  if (!found) return base::fail("unknown_user", "There is no user with this name.");
  User user = *std::move(found);
  const bool loses_admin =
      change.disabled.value_or(false) || change.role.value_or("admin") != "admin";
  if (loses_admin && is_last_admin(user))
    return base::fail("last_admin", "Nobody could administer the platform any more.");
  if (change.role) user.role = *change.role;
  if (change.disabled) user.disabled = *change.disabled;
  if (change.password_hash) user.password_hash = *change.password_hash;
  ++user.version;
  const bool end_sessions = user.disabled || change.password_hash;
  const auto ended = end_sessions ? sessions_of(user.id) : std::vector<std::string>();
  TRY(auto transaction, store_sqlite::Transaction::begin(database_));
  TRY_STATUS(run(database_,
                 "UPDATE users SET role = ?, disabled = ?, password_hash = ?, version = ? "
                 "WHERE id = ?",
                 std::string_view(user.role), std::int64_t{user.disabled},
                 std::string_view(user.password_hash), std::int64_t{user.version},
                 number(user.id)));
  TRY_STATUS(remove_sessions(ended));
  TRY_STATUS(transaction.commit());
  const std::unique_lock lock(memory_mutex_);
  users_[user.id.value()] = user;
  for (const std::string& session : ended)
    sessions_.erase(session);
  return user;
}

base::Status Registry::set_rehashed(model::UserId user, std::string_view password_hash) {
  const std::lock_guard guard(database_mutex_);
  TRY_STATUS(run(database_, "UPDATE users SET password_hash = ? WHERE id = ?", password_hash,
                 number(user)));
  const std::unique_lock lock(memory_mutex_);
  users_.at(user.value()).password_hash = password_hash;
  return {};
}

base::Result<std::string> Registry::add_token(std::string_view session) {
  std::string token = crypto::random_token(refresh_token_bytes);
  const std::string hash = hash_of(token);
  TRY_STATUS(run(database_, "INSERT INTO refresh_tokens VALUES (?, ?, 0)", std::string_view(hash),
                 session));
  return token;
}

base::Result<Session> Registry::open_session(const User& user, base::Timestamp now,
                                             base::Timestamp expires) {
  const std::lock_guard guard(database_mutex_);
  // Between the check of the password and here the user may have been disabled or changed.
  const auto present = find(user.username);
  if (!present || present->disabled || present->version != user.version)
    return base::fail("user_changed", "The user was changed during the login.");
  auto ended = sessions_of(user.id);
  const std::size_t kept = std::min(ended.size(), sessions_of_user_max - 1);
  ended.resize(ended.size() - kept);
  Session session{user, crypto::random_hex(session_id_bytes), {}, expires};
  TRY(auto transaction, store_sqlite::Transaction::begin(database_));
  TRY_STATUS(remove_sessions(ended));
  TRY_STATUS(run(database_, "DELETE FROM sessions WHERE expires <= ?", now.ns()));
  TRY_STATUS(run(database_, "INSERT INTO sessions VALUES (?, ?, ?, ?)",
                 std::string_view(session.id), number(user.id), now.ns(), expires.ns()));
  TRY(session.refresh_token, add_token(session.id));
  TRY_STATUS(transaction.commit());
  const std::unique_lock lock(memory_mutex_);
  for (const std::string& id : ended)
    sessions_.erase(id);
  std::erase_if(sessions_, [&](const auto& item) { return item.second.expires <= now; });
  sessions_[session.id] = {user.id, now, expires};
  return session;
}

base::Result<std::optional<Registry::StoredToken>> Registry::find_token(
    std::string_view refresh_token) {
  std::optional<StoredToken> found;
  if (refresh_token.size() != refresh_token_size) return found;
  const std::string hash = hash_of(refresh_token);
  TRY(auto select, database_.prepare("SELECT session, spent FROM refresh_tokens WHERE hash = ?"));
  select.bind(0, std::string_view(hash));
  TRY(const bool row, select.step());
  if (row) found = StoredToken{std::string(select.text(0)), select.integer(1) != 0};
  return found;
}

base::Result<Session> Registry::refresh(std::string_view refresh_token, base::Timestamp now) {
  const std::lock_guard guard(database_mutex_);
  TRY(const auto token, find_token(refresh_token));
  if (!token) return invalid_refresh();
  std::optional<LiveSession> live;
  std::optional<User> user;
  {
    const std::shared_lock lock(memory_mutex_);
    const auto found = sessions_.find(token->session);
    if (found == sessions_.end()) return invalid_refresh();
    live = found->second;
    user = users_.at(live->user.value());
  }
  TRY(auto count, database_.prepare("SELECT count(*) FROM refresh_tokens WHERE session = ?"));
  count.bind(0, std::string_view(token->session));
  TRY(const bool row, count.step());
  const bool worn_out = row && count.integer(0) > refreshes_of_session_max;
  count.reset();
  if (token->spent || worn_out) {
    TRY_STATUS(remove_sessions({token->session}));
    const std::unique_lock lock(memory_mutex_);
    sessions_.erase(token->session);
    if (!token->spent) return invalid_refresh();
    return base::fail("refresh_token_reused",
                      "The refresh token was used before; the session is over, log in again.");
  }
  if (live->expires <= now || user->disabled) return invalid_refresh();
  Session session{*user, token->session, {}, live->expires};
  const std::string spent_hash = hash_of(refresh_token);
  TRY(auto transaction, store_sqlite::Transaction::begin(database_));
  TRY_STATUS(run(database_, "UPDATE refresh_tokens SET spent = 1 WHERE hash = ?",
                 std::string_view(spent_hash)));
  TRY(session.refresh_token, add_token(session.id));
  TRY_STATUS(transaction.commit());
  return session;
}

base::Status Registry::close_session(std::string_view refresh_token) {
  const std::lock_guard guard(database_mutex_);
  TRY(const auto token, find_token(refresh_token));
  if (!token) return {};
  TRY_STATUS(remove_sessions({token->session}));
  const std::unique_lock lock(memory_mutex_);
  sessions_.erase(token->session);
  return {};
}

}  // namespace identity
