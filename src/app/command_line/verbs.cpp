#include "command_line/verbs.hpp"

#include <algorithm>
#include <istream>
#include <optional>
#include <ostream>
#include <utility>

#include "http/message.hpp"
#include "json/writer.hpp"
#include "mcp/message.hpp"

namespace command_line {
namespace {

constexpr int exit_done = 0, exit_refused = 1, exit_usage = 2, exit_unreachable = 3;

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

std::string text_of(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

bool true_of(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  return member != nullptr && member->boolean() != nullptr && *member->boolean();
}

// "string" for what may be given as text, which all decimals may.
std::string type_of(const json::Value* schema) {
  if (schema == nullptr) return "string";
  const json::Value* type = schema->find("type");
  if (type != nullptr && type->string() != nullptr) return *type->string();
  return "string";
}

void add_body_parameters(const json::Value& operation, Verb& verb) {
  const json::Value* at = &operation;
  for (const char* name : {"requestBody", "content", "application/json", "schema"})
    if (at = at->find(name); at == nullptr) return;
  const json::Value* properties = at->find("properties");
  if (properties == nullptr || properties->object_members() == nullptr) return;
  const json::Value* required = at->find("required");
  for (const json::Member& property : *properties->object_members()) {
    Parameter parameter{property.name, text_of(property.value, "description"), "body",
                        type_of(&property.value), false};
    if (required != nullptr && required->array() != nullptr)
      for (const json::Value& name : *required->array())
        parameter.required |= name.string() != nullptr && *name.string() == property.name;
    verb.parameters.push_back(std::move(parameter));
  }
}

Verb read_verb(const std::string& path, const std::string& method, const json::Value& operation) {
  Verb verb{text_of(operation, "operationId"), text_of(operation, "summary"), method, path, {}};
  if (const json::Value* parameters = operation.find("parameters");
      parameters != nullptr && parameters->array() != nullptr)
    for (const json::Value& p : *parameters->array())
      verb.parameters.push_back({text_of(p, "name"), text_of(p, "description"), text_of(p, "in"),
                                 type_of(p.find("schema")), true_of(p, "required")});
  add_body_parameters(operation, verb);
  return verb;
}

base::Result<std::vector<Verb>> read_verbs(Session& session) {
  TRY(const auto response, session.call_open({.target = "/openapi.json"}));
  const auto document = json::parse(response.body, {.size_max = std::size_t{8} << 20});
  const json::Value* paths = document ? document->find("paths") : nullptr;
  if (paths == nullptr || paths->object_members() == nullptr)
    return base::fail("bad_answer", "the platform's /openapi.json cannot be read");
  std::vector<Verb> verbs;
  for (const json::Member& path : *paths->object_members()) {
    if (path.value.object_members() == nullptr) continue;
    for (const json::Member& operation : *path.value.object_members())
      if (operation.value.find("operationId") != nullptr)
        verbs.push_back(read_verb(path.name, operation.name, operation.value));
  }
  return verbs;
}

json::Value value_from(const Parameter& parameter, const std::string& text) {
  if (parameter.type == "boolean") return json::Value(text == "true");
  if (parameter.type == "integer" || parameter.type == "number")
    return json::Value(json::Value::Number{text});
  if (parameter.type == "array") {
    json::Value::Array items;
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      items.push_back(json::Value::text(std::string_view(text).substr(at, comma - at)));
      at = comma + 1;
    }
    return json::Value(std::move(items));
  }
  return json::Value::text(text);
}

using Given = std::vector<std::pair<std::string, std::string>>;

// --name value, --name=value and --flag; dashes inside names stand for underscores.
base::Result<Given> read_arguments(const std::vector<std::string>& arguments) {
  Given given;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with("--"))
      return base::fail("usage", "unexpected \"" + arguments[i] + "\"; options are --name VALUE");
    std::string name = arguments[i].substr(2);
    std::string value = "true";
    if (const std::size_t equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
      value = arguments[++i];
    }
    std::replace(name.begin(), name.end(), '-', '_');
    given.emplace_back(std::move(name), std::move(value));
  }
  return given;
}

base::Result<net::ClientRequest> build_request(const Verb& verb, const Given& given) {
  net::ClientRequest request;
  request.method = verb.method;
  for (char& c : request.method)
    c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  std::string path = verb.path;
  std::string query;
  json::Value body = json::Value::object();
  std::optional<std::string> whole;
  for (const auto& [name, value] : given) {
    if (name == "json") {
      whole = value;
      continue;
    }
    const auto found = std::find_if(verb.parameters.begin(), verb.parameters.end(),
                                    [&](const Parameter& p) { return p.name == name; });
    if (found == verb.parameters.end())
      return base::fail("usage", verb.name + " has no option --" + name +
                                     "; see: trading-platform " + "help " + verb.name);
    if (found->kind == "path") {
      const std::string place = "{" + name + "}";
      if (const std::size_t at = path.find(place); at != std::string::npos)
        path.replace(at, place.size(), http::percent_encode(value));
    } else if (found->kind == "query") {
      query += (query.empty() ? "?" : "&") + name + "=" + http::percent_encode(value);
    } else {
      if (body.find(name) != nullptr) return base::fail("usage", "--" + name + " is given twice");
      body.add(name, value_from(*found, value));
    }
  }
  if (path.find('{') != std::string::npos)
    return base::fail("usage",
                      verb.name + " needs --" +
                          path.substr(path.find('{') + 1, path.find('}') - path.find('{') - 1));
  request.target = path + query;
  if (request.method == "POST" || request.method == "PATCH") {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = whole ? *whole : json::to_text(body);
  }
  return request;
}

int report(const base::Error& error, std::ostream& err) {
  err << "trading-platform: " << error.message << "\n";
  if (error.code == "usage") return exit_usage;
  return error.code == "not_signed_in" || error.code == "login_failed" ? exit_refused
                                                                       : exit_unreachable;
}

}  // namespace

int run_verb(Session& session, const std::string& verb, const std::vector<std::string>& arguments,
             std::ostream& out, std::ostream& err) {
  const auto verbs = read_verbs(session);
  if (!verbs) return report(verbs.error(), err);
  const auto found =
      std::find_if(verbs->begin(), verbs->end(), [&](const Verb& v) { return v.name == verb; });
  if (found == verbs->end()) {
    err << "trading-platform: there is no command or operation \"" << verb
        << "\"; `trading-platform help` lists them\n";
    return exit_usage;
  }
  const auto given = read_arguments(arguments);
  if (!given) return report(given.error(), err);
  const auto request = build_request(*found, *given);
  if (!request) return report(request.error(), err);
  const auto response = session.call(*request);
  if (!response) return report(response.error(), err);
  (response->status < 400 ? out : err) << response->body << "\n";
  return response->status < 400 ? exit_done : exit_refused;
}

int print_verbs(Session& session, const std::string& verb, std::ostream& out, std::ostream& err) {
  const auto verbs = read_verbs(session);
  if (!verbs) return report(verbs.error(), err);
  for (const Verb& v : *verbs) {
    if (!verb.empty() && v.name != verb) continue;
    out << "  " << v.name << std::string(v.name.size() < 26 ? 26 - v.name.size() : 1, ' ')
        << v.summary << "\n";
    if (verb.empty()) continue;
    for (const Parameter& p : v.parameters)
      out << "    --" << p.name << (p.required ? " (required)" : "") << "  " << p.description
          << "\n";
  }
  return exit_done;
}

int run_stdio_bridge(Session& session, std::istream& in, std::ostream& out, std::ostream& err) {
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    net::ClientRequest request;
    request.method = "POST";
    request.target = "/mcp/all";
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept", "application/json, text/event-stream"}};
    request.body = line;
    const auto response = session.call(request);
    if (response && (response->status == 200 || response->status == 400)) {
      out << response->body << std::endl;
      continue;
    }
    if (response && response->status == 202) continue;
    // Not a JSON-RPC answer (no connection, 401, 503): the host gets one, so that it can go on.
    const std::string problem =
        response
            ? "the platform answered " + std::to_string(response->status) + ": " + response->body
            : response.error().message;
    err << "trading-platform: " << problem << std::endl;
    const mcp::Message message = mcp::parse_message(line);
    if (const auto* asked = std::get_if<mcp::Request>(&message))
      out << mcp::error_text(asked->id, mcp::internal_error, problem) << std::endl;
  }
  return exit_done;
}

}  // namespace command_line
