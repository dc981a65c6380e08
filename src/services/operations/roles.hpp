#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace operations {

// The roles and the permission patterns each grants; deny by default.
struct Role {
  std::string_view name;
  std::vector<std::string> permissions;
};
const std::vector<Role>& roles();
// Null when no role has this name.
const Role* find_role(std::string_view name);

}  // namespace operations
