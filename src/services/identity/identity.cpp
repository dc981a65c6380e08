#include "identity/identity.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "crypto/crypto.hpp"
#include "identity/password_rules.hpp"
#include "identity/secret_file.hpp"
#include "identity/state.hpp"
#include "operations/roles.hpp"

namespace identity {
namespace {

constexpr std::size_t generated_password_bytes = 15;
constexpr std::size_t key_id_bytes = 8;
constexpr int access_hours_max = 24 * 7;
constexpr int refresh_days_max = 90;

base::Timestamp system_now() {
  return base::Timestamp(std::chrono::duration_cast<std::chrono::nanoseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count());
}

tl::unexpected<base::Error> invalid_token() {
  return base::fail("invalid_token", "The access token is not valid any more; log in again.");
}

base::Status create_admin(Registry& registry, Settings& settings, std::string& generated) {
  if (settings.admin_password.empty()) {
    generated = crypto::random_token(generated_password_bytes);
    settings.admin_password = generated;
  }
  TRY_STATUS(check_password(settings.admin_password, "admin"));
  TRY(const std::string hash,
      crypto::hash_password(settings.admin_password, settings.password_cost));
  TRY_STATUS(registry.add_user("admin", hash, "admin", settings.clock()).map([](const User&) {}));
  return {};
}

base::Status check_settings(const Settings& settings) {
  if (settings.access_hours < 1 || settings.access_hours > access_hours_max)
    return base::fail("invalid_setting",
                      "JWT_EXPIRATION_HOURS must be 1 to " + std::to_string(access_hours_max));
  if (settings.refresh_days < 1 || settings.refresh_days > refresh_days_max)
    return base::fail("invalid_setting",
                      "refresh tokens live 1 to " + std::to_string(refresh_days_max) + " days");
  return {};
}

}  // namespace

Identity::Identity(std::unique_ptr<State> state) : state_(std::move(state)) {}
Identity::~Identity() = default;

base::Result<std::unique_ptr<Identity>> Identity::open(Settings settings) {
  TRY_STATUS(check_settings(settings));
  if (!settings.clock) settings.clock = system_now;
  std::string secret = std::exchange(settings.jwt_secret, {});
  if (secret.empty()) {
    TRY(secret, load_or_create_secret(settings.data_folder + "/jwt_secret"));
  }
  // Named after the secret: tokens of an earlier secret fail as unknown, not as forged.
  const std::string key_id =
      crypto::to_hex(crypto::as_text(crypto::sha256(secret)).substr(0, key_id_bytes));
  TRY(auto tokens, crypto::TokenIssuer::make(
                       {"trading-platform", "trading-platform", {{key_id, std::move(secret)}}}));
  TRY(auto registry, Registry::open(settings.data_folder + "/identity.sqlite", settings.clock()));
  std::string generated;
  if (registry->user_count() == 0) TRY_STATUS(create_admin(*registry, settings, generated));
  crypto::wipe(settings.admin_password);
  TRY(std::string decoy, crypto::hash_password(crypto::random_token(generated_password_bytes),
                                               settings.password_cost));
  auto state = std::make_unique<State>(std::move(settings), std::move(tokens), std::move(registry));
  state->decoy_hash = std::move(decoy);
  state->generated_password = std::move(generated);
  return std::unique_ptr<Identity>(new Identity(std::move(state)));
}

std::string Identity::take_generated_password() {
  return std::exchange(state_->generated_password, {});
}

base::Result<operations::Caller> Identity::verify(std::string_view access_token) const {
  const State& s = *state_;
  const base::Timestamp now = s.settings.clock();
  const auto refuse = [&] {
    ++s.rejected_tokens;
    return invalid_token();
  };
  const auto claims = s.tokens.verify(access_token, now);
  if (!claims) return refuse();
  std::uint32_t id = 0;
  const char* end = claims->subject.data() + claims->subject.size();
  if (std::from_chars(claims->subject.data(), end, id).ptr != end) return refuse();
  const auto user =
      s.registry->user_of_session(claims->session, model::UserId(id), claims->version, now);
  if (!user) return refuse();
  const operations::Role* role = operations::find_role(user->role);
  if (role == nullptr) return refuse();
  operations::Caller caller;
  caller.user = user->id;
  caller.username = user->username;
  caller.permissions = role->permissions;
  return caller;
}

model::UserId Identity::find_user(std::string_view username) const {
  const auto user = state_->registry->find(username);
  return user ? user->id : model::UserId();
}

bool Identity::has_user(model::UserId id) const {
  const auto users = state_->registry->list("", users_max);
  return std::any_of(users.begin(), users.end(), [id](const User& user) { return user.id == id; });
}

Identity::Stats Identity::stats() const {
  const State& s = *state_;
  return {s.logins,       s.failed_logins,  s.throttled,
          s.refused_busy, s.refresh_reuses, s.rejected_tokens};
}

}  // namespace identity
