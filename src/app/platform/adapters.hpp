#pragma once

#include <map>
#include <string>

#include "gateway/asset_source.hpp"

// What joins modules that do not know each other.

namespace platform {

// The dashboard's files, which are part of the executable.
class EmbeddedAssets final : public gateway::AssetSource {
 public:
  EmbeddedAssets();
  [[nodiscard]] const gateway::Asset* find(std::string_view path) const override;

 private:
  std::map<std::string, gateway::Asset, std::less<>> assets_;
};

}  // namespace platform
