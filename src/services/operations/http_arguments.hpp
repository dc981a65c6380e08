#pragma once

#include <string>
#include <utility>
#include <vector>

#include "operations/operation.hpp"

namespace operations {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

// True for the methods whose arguments come in a JSON body, POST and PATCH; for GET and DELETE they
// come in the query.
bool has_body(Method method);
std::string_view name_of(Method method);  // "GET", ...

// The names in braces in a path, in order: "/orders/{order_id}" has order_id.
std::vector<std::string_view> path_parameters(std::string_view path);

// The argument object of an operation called over HTTP: path parameters and query texts are
// converted to their field's JSON type, the members of the body (null: none) are added. A repeated
// query key or a comma-separated one fills a list. Errors: invalid_request, for an unknown field, a
// field given twice, a query with a method that has a body, a body that is no object.
base::Result<json::Value> arguments_from_http(const Operation& operation, const TextPairs& path,
                                              const TextPairs& query, const json::Value* body);

}  // namespace operations
