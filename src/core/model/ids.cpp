#include "model/ids.hpp"

namespace model {

base::Result<Symbol> parse_symbol(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/' ||
           c == '_';
  };
  bool good = !text.empty() && text.size() <= Symbol::capacity;
  for (char c : text)
    good = good && allowed(c);
  if (!good)
    return base::fail("invalid_symbol", "a symbol has 1 to 15 characters of A-Z, 0-9 and . - / _");
  return Symbol(text);
}

base::Result<ClientOrderId> parse_client_order_id(std::string_view text) {
  bool good = !text.empty() && text.size() <= ClientOrderId::capacity;
  for (char c : text)
    good = good && c > ' ' && c < 0x7F;
  if (!good)
    return base::fail("invalid_client_order_id",
                      "a client order id has 1 to 64 printable ASCII characters without space");
  return ClientOrderId(text);
}

}  // namespace model
