#pragma once

// The body of Table::add: binds a typed handler to the JSON form of its request and response.
// Included by operation.hpp only.

#include <utility>

#include "operations/operation.hpp"

namespace operations {
namespace detail {

Answer success(const Declaration& declaration, std::string body);
Answer failure(const ApiError& error, const Caller& caller);
ApiError invalid_request(const base::Error& error);

}  // namespace detail

template <class Request, class Response>
void Table::add(Declaration declaration,
                std::function<void(const Caller&, Request, Reply<Response>)> handler) {
  auto operation = std::make_unique<Operation>();
  operation->declaration = std::move(declaration);
  operation->request_schema = json::schema<Request>(json::Direction::Input);
  operation->response_schema = json::schema<Response>(json::Direction::Output);
  operation->request_fields = json::fields_of<Request>();
  const Operation* self = operation.get();  // owned by the table, which outlives every call
  operation->run = [self, handler = std::move(handler)](const Caller& caller,
                                                        const json::Value& arguments,
                                                        std::function<void(Answer)> done) {
    auto request = json::read<Request>(arguments);
    if (!request) return done(detail::failure(detail::invalid_request(request.error()), caller));
    handler(caller, *std::move(request),
            [self, caller, done = std::move(done)](tl::expected<Response, ApiError> response) {
              done(response ? detail::success(self->declaration, json::to_text(*response))
                            : detail::failure(response.error(), caller));
            });
  };
  insert(std::move(operation));
}

}  // namespace operations
