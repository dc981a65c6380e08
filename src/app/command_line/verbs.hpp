#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "command_line/session.hpp"

namespace command_line {

// Calls the operation `verb` with arguments of the form --field VALUE or --field=VALUE (a flag
// without a value is true), or --json OBJECT for the whole argument object. Prints the answer's
// JSON on `out`, errors on `err`. Returns the exit status: 0 done, 1 refused by the platform, 2
// wrong use, 3 the platform cannot be reached.
int run_verb(Session& session, const std::string& verb, const std::vector<std::string>& arguments,
             std::ostream& out, std::ostream& err);

// Lists the verbs with one line each; with a verb, its options.
int print_verbs(Session& session, const std::string& verb, std::ostream& out, std::ostream& err);

// Speaks MCP on the streams, one JSON-RPC message a line, and carries each to /mcp/all of the
// platform. Ends with the input. Exit status as run_verb.
int run_stdio_bridge(Session& session, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace command_line
