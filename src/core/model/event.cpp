#include "model/event.hpp"

#include "base/check.hpp"

namespace model {

std::string_view name_of(ExecutionType type) {
  switch (type) {
    case ExecutionType::New: return "new";
    case ExecutionType::Trade: return "trade";
    case ExecutionType::Canceled: return "canceled";
    case ExecutionType::Replaced: return "replaced";
    case ExecutionType::Expired: return "expired";
    case ExecutionType::Rejected: return "rejected";
  }
  CHECK(!"an execution type outside the enum");
  return {};
}

std::string_view name_of(Liquidity liquidity) {
  switch (liquidity) {
    case Liquidity::None: return "none";
    case Liquidity::Maker: return "maker";
    case Liquidity::Taker: return "taker";
  }
  CHECK(!"a liquidity outside the enum");
  return {};
}

}  // namespace model
