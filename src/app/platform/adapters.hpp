#pragma once

#include <map>
#include <string>

#include "gateway/asset_source.hpp"
#include "identity/identity.hpp"
#include "operations/authenticator.hpp"

// What joins modules that do not know each other.

namespace platform {

class IdentityAuthenticator final : public operations::Authenticator {
 public:
  explicit IdentityAuthenticator(const identity::Identity& identity) : identity_(identity) {}
  base::Result<operations::Caller> verify(std::string_view token) const override {
    return identity_.verify(token);
  }

 private:
  const identity::Identity& identity_;
};

// The dashboard's files, which are part of the executable.
class EmbeddedAssets final : public gateway::AssetSource {
 public:
  EmbeddedAssets();
  [[nodiscard]] const gateway::Asset* find(std::string_view path) const override;

 private:
  std::map<std::string, gateway::Asset, std::less<>> assets_;
};

}  // namespace platform
