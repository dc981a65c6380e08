#include "command_line/verbs.hpp"

#include <algorithm>
#include <istream>
#include <ostream>
#include <utility>

#include "command_line/openapi_verbs.hpp"
#include "mcp/message.hpp"

namespace command_line {
namespace {

constexpr int exit_done = 0, exit_refused = 1, exit_usage = 2, exit_unreachable = 3;

base::Result<std::vector<Verb>> fetch_verbs(Session& session) {
  TRY(const auto response, session.call_open({.target = "/openapi.json"}));
  return read_verbs(response.body);
}

int report(const base::Error& error, std::ostream& err) {
  err << "trading-platform: " << error.message << "\n";
  if (error.code == "usage") return exit_usage;
  return error.code == "not_signed_in" || error.code == "login_failed" ? exit_refused
                                                                       : exit_unreachable;
}

int report_unknown(const std::string& verb, std::ostream& err) {
  err << "trading-platform: there is no command or operation \"" << verb
      << "\"; `trading-platform help` lists them\n";
  return exit_usage;
}

std::vector<Verb>::const_iterator find(const std::vector<Verb>& verbs, const std::string& name) {
  return std::find_if(verbs.begin(), verbs.end(), [&](const Verb& v) { return v.name == name; });
}

}  // namespace

int run_verb(Session& session, const std::string& verb, const std::vector<std::string>& arguments,
             std::ostream& out, std::ostream& err) {
  const auto verbs = fetch_verbs(session);
  if (!verbs) return report(verbs.error(), err);
  const auto found = find(*verbs, verb);
  if (found == verbs->end()) return report_unknown(verb, err);
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
  const auto verbs = fetch_verbs(session);
  if (!verbs) return report(verbs.error(), err);
  if (!verb.empty() && find(*verbs, verb) == verbs->end()) return report_unknown(verb, err);
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
    if (const auto* refused = std::get_if<mcp::Refused>(&message))
      out << mcp::error_text(refused->id, refused->code, refused->message) << std::endl;
  }
  return exit_done;
}

}  // namespace command_line
