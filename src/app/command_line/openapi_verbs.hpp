#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/http_client.hpp"

// The pure part of the verbs: from an OpenAPI document and arguments to a request.

namespace command_line {

struct Parameter {
  std::string name;
  std::string description;
  std::string kind;  // path, query or body
  std::string type;  // JSON Schema type
  bool required = false;
};

struct Verb {
  std::string name;
  std::string summary;
  std::string method;
  std::string path;
  std::vector<Parameter> parameters;
};

// Every operation of the document that has an operationId, in its order. Errors: bad_answer.
base::Result<std::vector<Verb>> read_verbs(std::string_view openapi);

using Given = std::vector<std::pair<std::string, std::string>>;  // name, value

// --name value, --name=value and --flag; dashes inside names stand for underscores. Errors: usage.
base::Result<Given> read_arguments(const std::vector<std::string>& arguments);

// Arguments at their places in path, query and body. `json` stands for an object of further
// arguments. Errors: usage, naming what is unknown, given twice, missing or of the wrong type.
base::Result<net::ClientRequest> build_request(const Verb& verb, const Given& given);

}  // namespace command_line
