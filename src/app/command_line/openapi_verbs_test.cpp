#include "command_line/openapi_verbs.hpp"

#include <gtest/gtest.h>

namespace command_line {
namespace {

constexpr const char* openapi = R"({"openapi":"3.1.0","paths":{
  "/orders":{
    "get":{"operationId":"list_orders","summary":"List orders","parameters":[
      {"name":"status","in":"query","description":"Which.","schema":{"type":"string"}},
      {"name":"limit","in":"query","schema":{"type":"integer"}}]},
    "post":{"operationId":"place_order","summary":"Place an order","requestBody":{"content":{
      "application/json":{"schema":{"type":"object","required":["symbol"],"properties":{
        "symbol":{"type":"string","description":"Symbol."},
        "quantity":{"type":["string","number"]},
        "count":{"type":"integer"},"dry":{"type":"boolean"},"tags":{"type":"array"}}}}}}}},
  "/orders/{order_id}":{"patch":{"operationId":"replace_order","parameters":[
      {"name":"order_id","in":"path","required":true,"schema":{"type":"string"}}],
    "requestBody":{"content":{"application/json":{"schema":{"properties":{
      "quantity":{"type":"string"}}}}}}}},
  "/plain":{"get":{"summary":"no operation"}}}})";

Verb verb(const std::string& name) {
  const auto verbs = read_verbs(openapi).value();
  for (const Verb& v : verbs)
    if (v.name == name) return v;
  ADD_FAILURE() << name;
  return {};
}

std::string problem(const std::string& name, const Given& given) {
  const auto request = build_request(verb(name), given);
  if (request) return "accepted";
  EXPECT_EQ(request.error().code, "usage");
  return request.error().message;
}

TEST(OpenapiVerbs, AreTheOperationsOfTheDocument) {
  const auto verbs = read_verbs(openapi).value();
  ASSERT_EQ(verbs.size(), 3U);
  EXPECT_EQ(verbs[0].name, "list_orders");
  EXPECT_EQ(verbs[0].summary, "List orders");
  EXPECT_EQ(verbs[0].parameters[0].description, "Which.");
  EXPECT_EQ(verbs[1].method, "post");
  EXPECT_EQ(verbs[1].parameters[0].kind, "body");
  EXPECT_TRUE(verbs[1].parameters[0].required);
  EXPECT_FALSE(verbs[1].parameters[1].required);
  EXPECT_EQ(verbs[1].parameters[1].type, "string") << "decimals are given as text";
  EXPECT_EQ(verbs[2].parameters[0].kind, "path");
  for (const char* text : {"", "x", "[]", "{}", R"({"paths":1})"})
    EXPECT_EQ(read_verbs(text).error().code, "bad_answer") << text;
}

TEST(Arguments, AreReadInEveryForm) {
  const auto given = read_arguments(
      {"--symbol", "ACME", "--limit-price=1=2", "--dry", "--amount", "-5", "--text=--x", "--last"});
  const Given expected{{"symbol", "ACME"}, {"limit_price", "1=2"}, {"dry", "true"},
                       {"amount", "-5"},   {"text", "--x"},        {"last", "true"}};
  EXPECT_EQ(given.value(), expected);
  EXPECT_EQ(read_arguments({"ACME"}).error().code, "usage");
  EXPECT_TRUE(read_arguments({})->empty());
}

TEST(BuildRequest, PutsArgumentsAtTheirPlaces) {
  const auto list =
      build_request(verb("list_orders"), {{"status", "a b&c"}, {"limit", "5"}}).value();
  EXPECT_EQ(list.method, "GET");
  EXPECT_EQ(list.target, "/orders?status=a%20b%26c&limit=5");
  EXPECT_TRUE(list.body.empty());
  const auto place = build_request(verb("place_order"), {{"symbol", "ACME"},
                                                         {"quantity", "10"},
                                                         {"count", "3"},
                                                         {"dry", "false"},
                                                         {"tags", "x,y"}})
                         .value();
  EXPECT_EQ(place.method, "POST");
  EXPECT_EQ(place.body,
            R"({"symbol":"ACME","quantity":"10","count":3,"dry":false,"tags":["x","y"]})");
  const auto replace =
      build_request(verb("replace_order"), {{"order_id", "../7"}, {"quantity", "1"}}).value();
  EXPECT_EQ(replace.method, "PATCH");
  EXPECT_EQ(replace.target, "/orders/..%2F7");
  EXPECT_EQ(replace.body, R"({"quantity":"1"})");
}

TEST(BuildRequest, AJsonObjectStandsForArguments) {
  const auto place =
      build_request(verb("place_order"), {{"json", R"({"symbol":"A","count":2})"}, {"dry", "true"}})
          .value();
  EXPECT_EQ(place.body, R"({"symbol":"A","count":2,"dry":true})");
  const auto list =
      build_request(verb("list_orders"), {{"json", R"({"status":"open","limit":5})"}}).value();
  EXPECT_EQ(list.target, "/orders?status=open&limit=5");
}

TEST(BuildRequest, SaysWhatIsWrong) {
  EXPECT_EQ(problem("place_order", {}), "place_order needs --symbol");
  EXPECT_EQ(problem("replace_order", {}), "replace_order needs --order_id");
  EXPECT_EQ(problem("replace_order", {{"order_id", ""}}), "--order_id is empty");
  EXPECT_NE(problem("list_orders", {{"color", "red"}}).find("no option --color"),
            std::string::npos);
  EXPECT_EQ(problem("list_orders", {{"limit", "1"}, {"limit", "2"}}), "--limit is given twice");
  EXPECT_EQ(problem("place_order", {{"symbol", "A"}, {"json", R"({"symbol":"B"})"}}),
            "--symbol is given twice");
  for (const char* text : {"x", "1,2", "\"1\"", "", "1}"})
    EXPECT_EQ(problem("place_order", {{"symbol", "A"}, {"count", text}}), "--count takes a number");
  EXPECT_EQ(problem("place_order", {{"symbol", "A"}, {"dry", "yes"}}), "--dry takes true or false");
  for (const char* text : {"x", "[]", "1"})
    EXPECT_EQ(problem("place_order", {{"json", text}}), "--json takes a JSON object");
}

}  // namespace
}  // namespace command_line
