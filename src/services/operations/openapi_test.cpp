#include "operations/openapi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/http_arguments.hpp"
#include "operations/sample_table_test.hpp"

namespace operations {
namespace {

using testing::HasSubstr;
using testing::Not;

json::Value document(std::string_view service = {}) {
  const auto value = json::parse(openapi_document(sample_table(), "1.2.3", service));
  EXPECT_TRUE(value.has_value());
  return value ? *value : json::Value();
}

TEST(OpenApi, HasTheRequiredParts) {
  const json::Value root = document();
  EXPECT_EQ(*root.find("openapi")->string(), "3.1.0");
  EXPECT_EQ(*root.find("info")->find("version")->string(), "1.2.3");
  EXPECT_FALSE(root.find("info")->find("title")->string()->empty());
  const json::Value* bearer = root.find("components")->find("securitySchemes")->find("bearer");
  EXPECT_EQ(json::to_text(*bearer), R"({"type":"http","scheme":"bearer","bearerFormat":"JWT"})");
}

// The rules of OpenAPI 3.1 that generated clients depend on, for every operation of the table.
TEST(OpenApi, DescribesEveryOperationCompletely) {
  const Table table = sample_table();
  const json::Value root = document();
  for (const auto& operation : table.all()) {
    const Declaration& declaration = operation->declaration;
    std::string method(name_of(declaration.method));
    for (char& c : method)
      c = static_cast<char>(c | 0x20);
    const json::Value* path = root.find("paths")->find(declaration.path);
    ASSERT_NE(path, nullptr) << declaration.path;
    const json::Value* entry = path->find(method);
    ASSERT_NE(entry, nullptr) << declaration.name;
    EXPECT_EQ(*entry->find("operationId")->string(), declaration.name);
    EXPECT_EQ(*entry->find("tags")->array()->at(0).string(), declaration.service);
    EXPECT_NE(entry->find("responses")->find(std::to_string(declaration.success_status)), nullptr);
    EXPECT_THAT(json::to_text(*entry->find("responses")->find("default")),
                HasSubstr("#/components/schemas/Error"));
    EXPECT_EQ(entry->find("security")->array()->empty(), declaration.permission.empty());
    EXPECT_EQ(entry->find("requestBody") != nullptr, has_body(declaration.method));
    std::size_t in_path = 0;
    for (const json::Value& parameter : *entry->find("parameters")->array()) {
      if (*parameter.find("in")->string() != "path") continue;
      ++in_path;
      EXPECT_TRUE(*parameter.find("required")->boolean());
      EXPECT_THAT(declaration.path, HasSubstr("{" + *parameter.find("name")->string() + "}"));
    }
    EXPECT_EQ(in_path, path_parameters(declaration.path).size()) << declaration.name;
  }
}

TEST(OpenApi, PutsQueryFieldsInParametersAndTheRestInTheBody) {
  const json::Value root = document();
  const json::Value* quote = root.find("paths")->find("/market-data/{symbol}")->find("get");
  EXPECT_EQ(quote->find("parameters")->array()->size(), 3u);
  const json::Value* order = root.find("paths")->find("/orders")->find("post");
  EXPECT_TRUE(order->find("parameters")->array()->empty());
  EXPECT_THAT(json::to_text(*order->find("requestBody")), HasSubstr(R"("enum":["buy","sell"])"));
}

TEST(OpenApi, CanBeLimitedToOneService) {
  const json::Value root = document("trading-engine");
  EXPECT_EQ(root.find("paths")->object_members()->size(), 1u);
  EXPECT_NE(root.find("paths")->find("/orders"), nullptr);
}

TEST(Reference, NamesEveryOperationAndItsFields) {
  const Table table = sample_table();
  const std::string page = reference_markdown(table);
  for (const auto& operation : table.all())
    EXPECT_THAT(page, HasSubstr("## `" + operation->declaration.name + "`"));
  EXPECT_THAT(page, HasSubstr("| `limit` | optional | whole number, from 1, up to 1000, default "
                              "`100` | Rows. |"));
  EXPECT_THAT(page, HasSubstr("`POST /orders` answers 201."));
}

TEST(Reference, ListsEveryReason) {
  const std::string page = reasons_markdown();
  EXPECT_THAT(page, HasSubstr("| `max_order_notional` | 1004 | 422 |"));
  EXPECT_THAT(page, HasSubstr("| `unknown_instrument` | 1001 | 404 |"));
  EXPECT_THAT(page, Not(HasSubstr("| `none` |")));
}

}  // namespace
}  // namespace operations
