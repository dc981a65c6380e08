#include "gateway/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/sample_table_test.hpp"

namespace gateway {
namespace {

using operations::Method;

operations::Table orders_table() {
  operations::Table table;
  operations::add_sample_quote(table, "get_one", "/orders/{symbol}");
  operations::add_sample_quote(table, "list_all", "/orders");
  operations::add_sample_quote(table, "get_own", "/orders/by-client-id/{symbol}");
  operations::add_sample_quote(table, "preview", "/orders/preview", "trading.read", Method::Post);
  operations::add_sample_quote(table, "change", "/orders/{symbol}", "trading.read", Method::Patch);
  operations::add_sample_quote(table, "next", "/orders/next");
  return table;
}

std::string found(const Router& router, Method method, std::string_view path) {
  const Match match = router.find(method, path);
  if (match.operation == nullptr) return match.allowed.empty() ? "nothing" : "other method";
  std::string out = match.operation->declaration.name;
  for (const auto& [name, text] : match.path)
    out += ' ' + name + '=' + text;
  return out;
}

TEST(Router, PrefersLiteralSegmentsToParameters) {
  const operations::Table table = orders_table();
  const Router router(table);
  EXPECT_EQ(found(router, Method::Get, "/orders"), "list_all");
  EXPECT_EQ(found(router, Method::Get, "/orders/17"), "get_one symbol=17");
  EXPECT_EQ(found(router, Method::Get, "/orders/next"), "next");
  EXPECT_EQ(found(router, Method::Post, "/orders/preview"), "preview");
  EXPECT_EQ(found(router, Method::Patch, "/orders/17"), "change symbol=17");
  EXPECT_EQ(found(router, Method::Get, "/orders/by-client-id/a"), "get_own symbol=a");
}

TEST(Router, DecodesASegmentAfterSplittingThePath) {
  const operations::Table table = orders_table();
  const Router router(table);
  EXPECT_EQ(found(router, Method::Get, "/orders/EUR%2FUSD"), "get_one symbol=EUR/USD");
  EXPECT_EQ(found(router, Method::Get, "/orders/a%2"), "nothing");
  EXPECT_EQ(found(router, Method::Get, "/orders/a%00"), "nothing");
}

TEST(Router, RefusesWhatNoRouteFits) {
  const operations::Table table = orders_table();
  const Router router(table);
  for (std::string_view path : {"", "/", "//", "orders", "/orders/", "/orders//", "/order",
                                "/orders/1/2/3", "/orders/by-client-id/"})
    EXPECT_EQ(found(router, Method::Get, path), "nothing") << path;
  EXPECT_EQ(found(router, Method::Get, "/orders" + std::string(5'000, '/')), "nothing");
}

TEST(Router, NamesTheOtherMethodsOfAPath) {
  const operations::Table table = orders_table();
  const Router router(table);
  EXPECT_THAT(router.find(Method::Delete, "/orders/17").allowed,
              testing::UnorderedElementsAre("GET", "PATCH"));
}

}  // namespace
}  // namespace gateway
