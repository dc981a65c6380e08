#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "operations/http_arguments.hpp"
#include "operations/operation.hpp"

namespace gateway {

struct Match {
  const operations::Operation* operation = nullptr;
  operations::TextPairs path;  // the path parameters, decoded
  // Methods other operations of this path have, when the asked one has none: for 405.
  std::vector<std::string_view> allowed;
};

// Finds the operation of a method and path. A literal segment wins over a parameter, so
// /orders/preview is not an order's id. Works on the encoded path: a symbol such as EUR/USD is one
// segment when it is written EUR%2FUSD.
class Router {
 public:
  explicit Router(const operations::Table& table);
  [[nodiscard]] Match find(operations::Method method, std::string_view encoded_path) const;

 private:
  struct Segment {
    std::string text;  // of a literal, or the parameter's name
    bool parameter = false;
  };
  struct Route {
    const operations::Operation* operation;
    std::vector<Segment> segments;
  };
  static bool fits(const Route& route, const std::vector<std::string_view>& parts);

  // By the first segment, which is always a literal; literals before parameters.
  std::map<std::string, std::vector<Route>, std::less<>> routes_;
};

}  // namespace gateway
