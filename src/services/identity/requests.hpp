#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "json/fields.hpp"

// The typed requests and responses of identity's operations.

namespace identity {

struct LoginRequest {
  std::string username;
  std::string password;
  static constexpr auto fields() {
    return std::tuple{
        json::field("username", &LoginRequest::username, "Name of the user.", json::max_length(64),
                    json::example("admin")),
        json::field("password", &LoginRequest::password, "The user's password.",
                    json::max_length(256)),
    };
  }
};

struct RefreshRequest {
  std::string refresh_token;
  static constexpr auto fields() {
    return std::tuple{
        json::field("refresh_token", &RefreshRequest::refresh_token,
                    "The refresh token of the last login or refresh.", json::max_length(128)),
    };
  }
};

struct LogoutRequest {
  std::string refresh_token;
  static constexpr auto fields() {
    return std::tuple{
        json::field("refresh_token", &LogoutRequest::refresh_token,
                    "The refresh token of the session that is to end.", json::max_length(128)),
    };
  }
};

struct LogoutBody {
  bool logged_out = true;
  static constexpr auto fields() {
    return std::tuple{
        json::field("logged_out", &LogoutBody::logged_out, "True: the session is over."),
    };
  }
};

struct TokenBody {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;
  std::string refresh_token;
  std::string refresh_expires_at;
  std::string user_id;
  std::string username;
  std::string role;
  std::vector<std::string> permissions;
  static constexpr auto fields() {
    return std::tuple{
        json::field("access_token", &TokenBody::access_token,
                    "Send it with every request: Authorization: Bearer TOKEN."),
        json::field("token_type", &TokenBody::token_type, "Always Bearer."),
        json::field("expires_in", &TokenBody::expires_in, "Seconds the access token is valid."),
        json::field("refresh_token", &TokenBody::refresh_token,
                    "Gives the next tokens, once, by refresh_token."),
        json::field("refresh_expires_at", &TokenBody::refresh_expires_at,
                    "When the session ends and a new login is needed."),
        json::field("user_id", &TokenBody::user_id, "The user's id."),
        json::field("username", &TokenBody::username, "The user's name."),
        json::field("role", &TokenBody::role, "The user's role."),
        json::field("permissions", &TokenBody::permissions,
                    "What the role allows; * is a wildcard."),
    };
  }
};

struct ChangePasswordRequest {
  std::string username;
  std::string current_password;
  std::string new_password;
  static constexpr auto fields() {
    return std::tuple{
        json::field("username", &ChangePasswordRequest::username, "Name of the user.",
                    json::max_length(64)),
        json::field("current_password", &ChangePasswordRequest::current_password,
                    "The present password.", json::max_length(256)),
        json::field("new_password", &ChangePasswordRequest::new_password,
                    "The new password, at least 8 characters.", json::max_length(256)),
    };
  }
};

struct CreateUserRequest {
  std::string username;
  std::string password;
  std::string role;
  static constexpr auto fields() {
    return std::tuple{
        json::field("username", &CreateUserRequest::username,
                    "1 to 32 of a-z 0-9 . _ -, beginning with a letter.", json::max_length(64),
                    json::example("maria")),
        json::field("password", &CreateUserRequest::password,
                    "The first password, at least 8 characters.", json::max_length(256)),
        json::field("role", &CreateUserRequest::role, "What the user may do.",
                    json::one_of("admin", "trader", "analyst", "readonly")),
    };
  }
};

struct UpdateUserRequest {
  std::string username;
  std::optional<std::string> role;
  std::optional<bool> disabled;
  std::optional<std::string> new_password;
  static constexpr auto fields() {
    return std::tuple{
        json::field("username", &UpdateUserRequest::username, "Name of the user.",
                    json::max_length(64)),
        json::field("role", &UpdateUserRequest::role, "The new role.",
                    json::one_of("admin", "trader", "analyst", "readonly")),
        json::field("disabled", &UpdateUserRequest::disabled,
                    "True: the user cannot log in and all sessions end."),
        json::field("new_password", &UpdateUserRequest::new_password,
                    "A new password, at least 8 characters; all sessions end.",
                    json::max_length(256)),
    };
  }
};

struct UserBody {
  std::string user_id;
  std::string username;
  std::string role;
  bool disabled = false;
  std::string created_at;
  static constexpr auto fields() {
    return std::tuple{
        json::field("user_id", &UserBody::user_id, "The user's id."),
        json::field("username", &UserBody::username, "The user's name."),
        json::field("role", &UserBody::role, "The user's role."),
        json::field("disabled", &UserBody::disabled, "True when the user cannot log in."),
        json::field("created_at", &UserBody::created_at, "When the user was made."),
    };
  }
};

struct ListUsersRequest {
  std::int32_t limit = 100;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    return std::tuple{
        json::field("limit", &ListUsersRequest::limit, "Largest number of users.", json::min(1),
                    json::max(1000), json::default_text("100")),
        json::field("cursor", &ListUsersRequest::cursor, "next_cursor of the page before.",
                    json::max_length(64)),
    };
  }
};

struct UserListBody {
  std::vector<UserBody> users;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return std::tuple{
        json::field("users", &UserListBody::users, "The users by name."),
        json::field("next_cursor", &UserListBody::next_cursor,
                    "Give it as cursor for the next page; absent on the last."),
    };
  }
};

}  // namespace identity
