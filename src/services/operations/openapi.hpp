#pragma once

#include <string>
#include <string_view>

#include "operations/operation.hpp"

namespace operations {

// The OpenAPI 3.1 document of the table: every operation with its parameters, body, answer, the one
// error shape, tags by service. `service` empty = all, else only the operations of that service.
std::string openapi_document(const Table& table, std::string_view version,
                             std::string_view service = {});

// Reference pages in Markdown, generated so that they cannot disagree with the code: one section an
// operation, and the table of refusal reasons.
std::string reference_markdown(const Table& table);
std::string reasons_markdown();

}  // namespace operations
