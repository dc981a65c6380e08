#include "operations/roles.hpp"

namespace operations {

const std::vector<Role>& roles() {
  static const std::vector<Role> table{
      {"admin", {"*"}},
      {"trader", {"trading.*", "portfolio.*", "market_data.*"}},
      {"analyst", {"analytics.*", "market_data.*", "portfolio.read"}},
      {"readonly", {"*.read"}},
  };
  return table;
}

const Role* find_role(std::string_view name) {
  for (const Role& role : roles())
    if (role.name == name) return &role;
  return nullptr;
}

}  // namespace operations
