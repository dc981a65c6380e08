#include "command_line/openapi_verbs.hpp"

#include <algorithm>

#include "http/message.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"

namespace command_line {
namespace {

constexpr std::size_t openapi_bytes_max = std::size_t{8} << 20;

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

// What an argument's text stands for in a body.
base::Result<json::Value> value_from(const Parameter& parameter, const std::string& text) {
  const auto wrong = [&](const char* what) {
    return base::fail("usage", "--" + parameter.name + " takes " + what);
  };
  if (parameter.type == "boolean") {
    if (text != "true" && text != "false") return wrong("true or false");
    return json::Value(text == "true");
  }
  if (parameter.type == "integer" || parameter.type == "number") {
    const auto value = json::parse(text);
    if (!value || value->number() == nullptr) return wrong("a number");
    return *value;
  }
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

// A value of --json as it stands in a path or query.
std::string text_from(const json::Value& value) {
  if (const auto* text = value.string()) return *text;
  return json::to_text(value);
}

// A request that grows argument by argument.
class Building {
 public:
  explicit Building(const Verb& verb) : verb_(verb), path_(verb.path) {}

  base::Status add(const std::string& name, const std::string& text) {
    TRY(const Parameter* parameter, find(name));
    if (parameter->kind != "body") return place(*parameter, text);
    TRY(json::Value value, value_from(*parameter, text));
    body_.add(name, std::move(value));
    return {};
  }
  base::Status add_object(const std::string& text) {
    const auto object = json::parse(text);
    if (!object || object->object_members() == nullptr)
      return base::fail("usage", "--json takes a JSON object");
    for (const json::Member& member : *object->object_members()) {
      TRY(const Parameter* parameter, find(member.name));
      if (parameter->kind != "body") {
        TRY_STATUS(place(*parameter, text_from(member.value)));
      } else {
        body_.add(member.name, member.value);
      }
    }
    return {};
  }
  base::Result<net::ClientRequest> finish() {
    for (const Parameter& parameter : verb_.parameters)
      if (parameter.required && !given(parameter.name))
        return base::fail("usage", verb_.name + " needs --" + parameter.name);
    net::ClientRequest request;
    request.method = verb_.method;
    std::transform(request.method.begin(), request.method.end(), request.method.begin(),
                   [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
    request.target = path_ + query_;
    if (request.method == "POST" || request.method == "PATCH") {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = json::to_text(body_);
    }
    return request;
  }

 private:
  [[nodiscard]] bool given(const std::string& name) const {
    return std::find(given_.begin(), given_.end(), name) != given_.end();
  }
  base::Result<const Parameter*> find(const std::string& name) {
    for (const Parameter& parameter : verb_.parameters) {
      if (parameter.name != name) continue;
      if (given(name)) return base::fail("usage", "--" + name + " is given twice");
      given_.push_back(name);
      return &parameter;
    }
    return base::fail("usage", verb_.name + " has no option --" + name +
                                   "; see: trading-platform help " + verb_.name);
  }
  base::Status place(const Parameter& parameter, const std::string& text) {
    if (parameter.kind == "query") {
      query_ += (query_.empty() ? "?" : "&") + parameter.name + "=" + http::percent_encode(text);
      return {};
    }
    if (text.empty()) return base::fail("usage", "--" + parameter.name + " is empty");
    const std::string place = "{" + parameter.name + "}";
    if (const std::size_t at = path_.find(place); at != std::string::npos)
      path_.replace(at, place.size(), http::percent_encode(text));
    return {};
  }

  const Verb& verb_;
  std::string path_;
  std::string query_;
  json::Value body_ = json::Value::object();
  std::vector<std::string> given_;
};

}  // namespace

base::Result<std::vector<Verb>> read_verbs(std::string_view openapi) {
  const auto document = json::parse(openapi, {.size_max = openapi_bytes_max});
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
  Building building(verb);
  for (const auto& [name, text] : given)
    TRY_STATUS(name == "json" ? building.add_object(text) : building.add(name, text));
  return building.finish();
}

}  // namespace command_line
