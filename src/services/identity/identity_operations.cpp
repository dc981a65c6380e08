#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/crypto.hpp"
#include "identity/password_rules.hpp"
#include "identity/requests.hpp"
#include "identity/state.hpp"
#include "operations/roles.hpp"

namespace identity {
namespace {

using operations::ApiError;
using operations::Caller;
using operations::Declaration;
using operations::Method;
using operations::Reply;

template <class T>
using Outcome = tl::expected<T, ApiError>;

constexpr const char* wrong_credentials = "The user name or the password is wrong.";

ApiError error_of(const base::Error& error) {
  ApiError answer{.status = 503, .reason = error.code, .message = error.message};
  if (error.code == "invalid_refresh_token" || error.code == "refresh_token_reused")
    answer.status = 401;
  if (error.code == "already_exists" || error.code == "last_admin" || error.code == "user_changed")
    answer.status = 409;
  if (error.code == "unknown_user") answer.status = 404;
  if (error.code == "weak_password" || error.code == "invalid_username" ||
      error.code == "invalid_password")
    answer.status = 400;
  if (error.code.starts_with("store_"))
    answer = {.status = 503,
              .reason = "store_unavailable",
              .message = "Users cannot be read or changed at the moment: " + error.message};
  return answer;
}

tl::unexpected<ApiError> refuse(const base::Error& error) {
  return tl::unexpected(error_of(error));
}

UserBody body_of(const User& user) {
  return {std::to_string(user.id.value()), user.username, user.role, user.disabled,
          base::format_rfc3339(user.created)};
}

TokenBody tokens_of(Identity::State& s, const Session& session) {
  const base::Timestamp now = s.settings.clock();
  const base::Timestamp whole(now.ns() / base::ns_per_s * base::ns_per_s);
  const std::int64_t life_s = std::int64_t{s.settings.access_hours} * 3'600;
  crypto::TokenClaims claims;
  claims.subject = std::to_string(session.user.id.value());
  claims.session = session.id;
  claims.version = session.user.version;
  claims.id = crypto::random_hex(16);
  claims.issued = whole;
  claims.not_before = whole;
  claims.expires = whole + life_s * base::ns_per_s;
  TokenBody body;
  body.access_token = s.tokens.sign(claims);
  body.expires_in = life_s;
  body.refresh_token = session.refresh_token;
  body.refresh_expires_at = base::format_rfc3339(session.expires);
  body.user_id = claims.subject;
  body.username = session.user.username;
  body.role = session.user.role;
  if (const operations::Role* role = operations::find_role(session.user.role))
    body.permissions = role->permissions;
  return body;
}

std::optional<ApiError> throttled(Identity::State& s, const std::string& username,
                                  const Caller& caller) {
  const std::int64_t wait_s = s.throttle.wait_s(username, caller.address, s.settings.clock());
  if (wait_s == 0) return std::nullopt;
  ++s.throttled;
  return ApiError{.status = 429,
                  .reason = "too_many_attempts",
                  .message = "Too many failed logins; wait and try again.",
                  .retry_after_s = static_cast<int>(wait_s)};
}

// The user when name and password are right. An unknown name costs the same hash and gives the same
// answer. Runs on a hashing thread; the throttle is asked again here, since many attempts may have
// queued up before the first one failed.
Outcome<User> authenticate(Identity::State& s, const std::string& username,
                           const std::string& password, const Caller& caller) {
  if (auto refused = throttled(s, username, caller)) return tl::unexpected(*std::move(refused));
  const auto user = s.registry->find(username);
  const bool matches = crypto::verify_password(user ? user->password_hash : s.decoy_hash, password);
  if (!matches || !user || user->disabled) {
    ++s.failed_logins;
    s.throttle.note_failure(username, caller.address, s.settings.clock());
    return tl::unexpected(
        ApiError{.status = 401, .reason = "invalid_credentials", .message = wrong_credentials});
  }
  s.throttle.note_success(username);
  return *user;
}

Outcome<TokenBody> log_in(Identity::State& s, const Caller& caller, const LoginRequest& request) {
  auto user = authenticate(s, request.username, request.password, caller);
  if (!user) return tl::unexpected(std::move(user).error());
  if (crypto::needs_rehash(user->password_hash, s.settings.password_cost)) {
    // A login that works must not fail because the stronger hash could not be stored.
    if (const auto hash = crypto::hash_password(request.password, s.settings.password_cost))
      (void)s.registry->set_rehashed(user->id, *hash);
  }
  const base::Timestamp now = s.settings.clock();
  const auto session =
      s.registry->open_session(*user, now, now + s.settings.refresh_days * base::ns_per_day);
  if (!session) return refuse(session.error());
  ++s.logins;
  return tokens_of(s, *session);
}

Outcome<TokenBody> refresh(Identity::State& s, const RefreshRequest& request) {
  const auto session = s.registry->refresh(request.refresh_token, s.settings.clock());
  if (!session) {
    if (session.error().code == "refresh_token_reused") ++s.refresh_reuses;
    return refuse(session.error());
  }
  return tokens_of(s, *session);
}

Outcome<LogoutBody> log_out(Identity::State& s, const LogoutRequest& request) {
  const auto closed = s.registry->close_session(request.refresh_token);
  if (!closed) return refuse(closed.error());
  return LogoutBody{};
}

base::Result<std::string> new_hash(Identity::State& s, const std::string& password,
                                   const std::string& username) {
  TRY_STATUS(check_password(password, username));
  return crypto::hash_password(password, s.settings.password_cost);
}

Outcome<UserBody> change_password(Identity::State& s, const Caller& caller,
                                  const ChangePasswordRequest& request) {
  auto user = authenticate(s, request.username, request.current_password, caller);
  if (!user) return tl::unexpected(std::move(user).error());
  const auto hash = new_hash(s, request.new_password, request.username);
  if (!hash) return refuse(hash.error());
  const auto changed = s.registry->change_user(request.username, {.password_hash = *hash});
  if (!changed) return refuse(changed.error());
  return body_of(*changed);
}

Outcome<UserBody> create_user(Identity::State& s, const CreateUserRequest& request) {
  if (const auto name = check_username(request.username); !name) return refuse(name.error());
  const auto hash = new_hash(s, request.password, request.username);
  if (!hash) return refuse(hash.error());
  const auto user = s.registry->add_user(request.username, *hash, request.role, s.settings.clock());
  if (!user) return refuse(user.error());
  return body_of(*user);
}

Outcome<UserBody> update_user(Identity::State& s, const UpdateUserRequest& request) {
  UserChange change{.role = request.role, .disabled = request.disabled};
  if (!change.role && !change.disabled && !request.new_password)
    return tl::unexpected(
        operations::invalid("nothing_to_change", "Give a role, disabled or a new password."));
  if (request.new_password) {
    auto hash = new_hash(s, *request.new_password, request.username);
    if (!hash) return refuse(hash.error());
    change.password_hash = *std::move(hash);
  }
  const auto user = s.registry->change_user(request.username, change);
  if (!user) return refuse(user.error());
  return body_of(*user);
}

Outcome<UserListBody> list_users(Identity::State& s, const ListUsersRequest& request) {
  UserListBody body;
  for (const User& user :
       s.registry->list(request.cursor.value_or(""), static_cast<std::size_t>(request.limit)))
    body.users.push_back(body_of(user));
  if (body.users.size() == static_cast<std::size_t>(request.limit))
    body.next_cursor = body.users.back().username;
  return body;
}

// Answers with what `job` gives on a thread of the queue, or busy at once.
template <class Response, class Job>
void answer_on(work::WorkQueue& queue, Identity::State& s, const Reply<Response>& reply, Job job) {
  if (queue.add([reply, job = std::move(job)] { reply(job()); })) return;
  ++s.refused_busy;
  reply(tl::unexpected(operations::busy()));
}

Declaration declare(std::string name, std::string title, std::string description, Method method,
                    std::string path, std::string permission) {
  Declaration declaration;
  declaration.name = std::move(name);
  declaration.title = std::move(title);
  declaration.description = std::move(description);
  declaration.service = "system-health";
  declaration.method = method;
  declaration.path = std::move(path);
  declaration.permission = std::move(permission);
  declaration.read_only = method == Method::Get;
  declaration.idempotent = method == Method::Get;
  declaration.tool = false;
  declaration.rate_class =
      declaration.permission.empty() ? operations::RateClass::Login : operations::RateClass::Read;
  return declaration;
}

void add_session_operations(Identity::State& s, operations::Table& table) {
  table.add<LoginRequest, TokenBody>(
      declare("login", "Log in", "Gives an access token and a refresh token for a password.",
              Method::Post, "/auth/login", ""),
      [&s](const Caller& caller, LoginRequest request, Reply<TokenBody> reply) {
        if (auto refused = throttled(s, request.username, caller))
          return reply(tl::unexpected(*std::move(refused)));
        answer_on<TokenBody>(s.hashing, s, reply, [&s, caller, request = std::move(request)] {
          return log_in(s, caller, request);
        });
      });
  table.add<RefreshRequest, TokenBody>(
      declare("refresh_token", "Refresh the tokens",
              "Gives new tokens for a refresh token, which works once: using it again ends the "
              "session.",
              Method::Post, "/auth/refresh", ""),
      [&s](const Caller&, RefreshRequest request, Reply<TokenBody> reply) {
        answer_on<TokenBody>(s.changes, s, reply,
                             [&s, request = std::move(request)] { return refresh(s, request); });
      });
  table.add<LogoutRequest, LogoutBody>(
      declare("logout", "Log out", "Ends the session: its access and refresh tokens at once.",
              Method::Post, "/auth/logout", ""),
      [&s](const Caller&, LogoutRequest request, Reply<LogoutBody> reply) {
        answer_on<LogoutBody>(s.changes, s, reply,
                              [&s, request = std::move(request)] { return log_out(s, request); });
      });
  table.add<ChangePasswordRequest, UserBody>(
      declare("change_password", "Change your password",
              "Sets a new password, given the present one, and ends all sessions of the user.",
              Method::Post, "/auth/password", ""),
      [&s](const Caller& caller, ChangePasswordRequest request, Reply<UserBody> reply) {
        if (auto refused = throttled(s, request.username, caller))
          return reply(tl::unexpected(*std::move(refused)));
        answer_on<UserBody>(s.hashing, s, reply, [&s, caller, request = std::move(request)] {
          return change_password(s, caller, request);
        });
      });
}

void add_user_operations(Identity::State& s, operations::Table& table) {
  Declaration create = declare("create_user", "Create a user", "Adds a user with a role.",
                               Method::Post, "/users", "identity.manage");
  create.success_status = 201;
  table.add<CreateUserRequest, UserBody>(
      std::move(create), [&s](const Caller&, CreateUserRequest request, Reply<UserBody> reply) {
        answer_on<UserBody>(s.hashing, s, reply,
                            [&s, request = std::move(request)] { return create_user(s, request); });
      });
  table.add<UpdateUserRequest, UserBody>(
      declare("update_user", "Change a user",
              "Sets the role, a new password, or whether the user is disabled. Access tokens of "
              "the user end at once.",
              Method::Patch, "/users/{username}", "identity.manage"),
      [&s](const Caller&, UpdateUserRequest request, Reply<UserBody> reply) {
        answer_on<UserBody>(s.hashing, s, reply,
                            [&s, request = std::move(request)] { return update_user(s, request); });
      });
  table.add<ListUsersRequest, UserListBody>(
      declare("list_users", "List users", "All users by name.", Method::Get, "/users",
              "identity.manage"),
      [&s](const Caller&, ListUsersRequest request, Reply<UserListBody> reply) {
        reply(list_users(s, request));
      });
}

}  // namespace

void Identity::add_operations(operations::Table& table) {
  add_session_operations(*state_, table);
  add_user_operations(*state_, table);
}

}  // namespace identity
