#include "gateway/router.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "http/message.hpp"

namespace gateway {
namespace {

constexpr std::size_t segments_max = 16;

// The segments between slashes; empty when the path has too many of them.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
    if (parts.size() > segments_max) return {};
  }
  return parts;
}

}  // namespace

Router::Router(const operations::Table& table) {
  for (const auto& operation : table.all()) {
    Route route{operation.get(), {}};
    for (std::string_view part : split(operation->declaration.path)) {
      if (part.starts_with('{'))
        route.segments.push_back({std::string(part.substr(1, part.size() - 2)), true});
      else
        route.segments.push_back({std::string(part), false});
    }
    CHECK(!route.segments.empty() && !route.segments[0].parameter);
    routes_[route.segments[0].text].push_back(std::move(route));
  }
  const auto by_literals = [](const Route& a, const Route& b) {
    return std::lexicographical_compare(
        a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
        [](const Segment& x, const Segment& y) { return !x.parameter && y.parameter; });
  };
  for (auto& [first, routes] : routes_)
    std::stable_sort(routes.begin(), routes.end(), by_literals);
}

bool Router::fits(const Route& route, const std::vector<std::string_view>& parts) {
  if (route.segments.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Segment& segment = route.segments[i];
    if (segment.parameter ? parts[i].empty() : segment.text != parts[i]) return false;
  }
  return true;
}

Match Router::find(operations::Method method, std::string_view encoded_path) const {
  Match match;
  if (!encoded_path.starts_with('/')) return match;
  const auto parts = split(encoded_path);
  const auto group = parts.empty() ? routes_.end() : routes_.find(parts[0]);
  if (group == routes_.end()) return match;
  for (const Route& route : group->second) {
    if (!fits(route, parts)) continue;
    if (route.operation->declaration.method != method) {
      match.allowed.push_back(operations::name_of(route.operation->declaration.method));
      continue;
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!route.segments[i].parameter) continue;
      auto text = http::percent_decode(parts[i], false);
      if (!text) return {};
      match.path.emplace_back(route.segments[i].text, *std::move(text));
    }
    match.operation = route.operation;
    match.allowed.clear();
    return match;
  }
  return match;
}

}  // namespace gateway
