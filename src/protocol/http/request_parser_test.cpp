#include "http/request_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/response_parser.hpp"

namespace http {
namespace {

struct Outcome {
  std::vector<Request> requests;
  ParseState state = ParseState::NeedMore;
  int status = 0;
};

// Feeds the stream in pieces of the given sizes (the last size repeats), as a connection does.
Outcome feed(std::string_view stream, std::vector<std::size_t> pieces, Limits limits = {}) {
  RequestParser parser(limits);
  Outcome outcome;
  std::string held;
  std::size_t piece = 0;
  while (!stream.empty()) {
    const std::size_t size = std::min(stream.size(), pieces[std::min(piece++, pieces.size() - 1)]);
    held.append(stream.substr(0, size));
    stream.remove_prefix(size);
    while (true) {
      const ParseStep step = parser.step(held);
      held.erase(0, step.consumed);
      outcome.state = step.state;
      if (step.state == ParseState::Failed) {
        outcome.status = parser.failure().status;
        return outcome;
      }
      if (step.state == ParseState::NeedMore) break;
      outcome.requests.push_back(parser.take());
      if (held.empty()) break;
    }
  }
  return outcome;
}

Outcome whole(std::string_view stream, Limits limits = {}) {
  return feed(stream, {stream.size() + 1}, limits);
}

int status_of(std::string_view stream) {
  return whole(stream).status;
}

std::string describe(const Outcome& outcome) {
  std::string text =
      std::to_string(static_cast<int>(outcome.state)) + "/" + std::to_string(outcome.status);
  for (const Request& request : outcome.requests) {
    text += "|" + std::string(to_text(request.method)) + " " + request.path + " " + request.body +
            (request.keep_alive ? " k" : " c");
    for (const auto& [key, value] : request.query)
      text += "?" + key + "=" + value;
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
      text +=
          ";" + std::string(request.headers.name(i)) + ":" + std::string(request.headers.value(i));
    }
  }
  return text;
}

const std::vector<std::string>& samples() {
  static const std::vector<std::string> all = {
      "GET /a%20b/c?x=1&y=%26+z&flag HTTP/1.1\r\nHost: h\r\nX-A:  v \r\n\r\n",
      "POST /orders HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "GET /next HTTP/1.1\r\nhost: h\r\nConnection: close\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n",
      "\r\n\r\nDELETE /orders/7 HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
      "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(300, '0') +
          "1\r\na\r\n0\r\n\r\n",
  };
  return all;
}

TEST(RequestParser, ReadsARequest) {
  const Outcome outcome = whole(samples()[0]);
  ASSERT_EQ(outcome.requests.size(), 1U);
  const Request& request = outcome.requests[0];
  EXPECT_EQ(request.method, Method::Get);
  EXPECT_EQ(request.target, "/a%20b/c?x=1&y=%26+z&flag");
  EXPECT_EQ(request.path, "/a b/c");
  EXPECT_EQ(request.query_value("y"), "& z");
  EXPECT_EQ(request.query_value("flag"), "");
  EXPECT_EQ(request.query_value("none"), std::nullopt);
  EXPECT_EQ(request.headers.find("x-a"), "v");
  EXPECT_TRUE(request.keep_alive);
}

TEST(RequestParser, ReadsPipelinedRequestsWithBodies) {
  const Outcome outcome = whole(samples()[1]);
  ASSERT_EQ(outcome.requests.size(), 2U);
  EXPECT_EQ(outcome.requests[0].body, "hello");
  EXPECT_EQ(outcome.requests[1].path, "/next");
  EXPECT_FALSE(outcome.requests[1].keep_alive);
}

TEST(RequestParser, JoinsChunks) {
  const Outcome outcome = whole(samples()[2]);
  ASSERT_EQ(outcome.requests.size(), 2U);
  EXPECT_EQ(outcome.requests[0].body, "abcdefg");
  EXPECT_FALSE(outcome.requests[1].keep_alive);
}

TEST(RequestParser, GivesTheSameHoweverTheBytesAreSplit) {
  for (const std::string& sample : samples()) {
    const std::string expected = describe(whole(sample));
    EXPECT_EQ(describe(feed(sample, {1})), expected) << sample;
    for (std::size_t at = 1; at < sample.size(); ++at) {
      EXPECT_EQ(describe(feed(sample, {at, sample.size()})), expected) << sample << " at " << at;
    }
  }
}

RC_GTEST_PROP(RequestParserProperty, SplitsOfDamagedInputAgree, ()) {
  std::string stream = *rc::gen::elementOf(samples()) + *rc::gen::elementOf(samples());
  const int damages = *rc::gen::inRange(0, 4);
  for (int i = 0; i < damages; ++i) {
    stream[*rc::gen::inRange<std::size_t>(0, stream.size())] =
        *rc::gen::element('\r', '\n', ' ', ':', '\0', '0', 'f', ';', '\t', '%', '\x7f', 'A');
  }
  const auto sizes = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 40)));
  RC_ASSERT(describe(feed(stream, sizes)) == describe(whole(stream)));
}

TEST(RequestParser, RefusesWhatTwoReadersCouldFrameDifferently) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string table[] = {
      head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      head + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
      head + "Content-Length: 3, 3\r\n\r\nabc",
      head + "Content-Length: +3\r\n\r\nabc",
      head + "Content-Length: -1\r\n\r\n",
      head + "Content-Length: 0x3\r\n\r\nabc",
      head + "Content-Length: 99999999999999999999999\r\n\r\n",
      head + "Content-Length:\r\n\r\n",
      head + "Content-Length : 3\r\n\r\nabc",
      head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\n\tfolded\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
      std::string("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 36),
      "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\n: empty\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /\tHTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
      "G\x01T / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/11\r\nHost: h\r\n\r\n",
  };
  for (const std::string& stream : table)
    EXPECT_EQ(status_of(stream), 400) << stream;
}

TEST(RequestParser, RefusesBadTargets) {
  for (const std::string target :
       {"/%", "/%4", "/%g0", "/%00", "/?a=%00", "/?%2", "a", "*", "/#x", "?x", "ftp://h/"}) {
    EXPECT_EQ(status_of("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"), 400) << target;
  }
  const Outcome absolute = whole("GET http://h:1/p?q=1 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_EQ(absolute.requests.size(), 1U);
  EXPECT_EQ(absolute.requests[0].path, "/p");
  EXPECT_EQ(whole("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").requests.size(), 1U);
}

TEST(RequestParser, NamesTheStatusOfOtherRefusals) {
  EXPECT_EQ(status_of("BREW / HTTP/1.1\r\nHost: h\r\n\r\n"), 501);
  EXPECT_EQ(status_of("get / HTTP/1.1\r\nHost: h\r\n\r\n"), 501);
  EXPECT_EQ(status_of("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
  EXPECT_EQ(status_of("PRI * HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
            501);
}

TEST(RequestParser, HoldsItsLimits) {
  const Limits limits{200, 50, 3, 10};
  const auto status = [&](const std::string& stream) { return whole(stream, limits).status; };
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(status("GET /" + std::string(49, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  EXPECT_EQ(status("GET /" + std::string(50, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(status("GET /" + std::string(400, 'a')), 414);
  EXPECT_EQ(status(head + "A: 1\r\nB: 2\r\n\r\n"), 0);
  EXPECT_EQ(status(head + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n"), 431);
  EXPECT_EQ(status(head + "A: " + std::string(300, 'a')), 431);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789"), 0);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"), 413);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "6\r\nabcdef\r\n5\r\nabcde\r\n0\r\n\r\n"),
            413);
}

TEST(RequestParser, TellsOnceThatTheClientWaits) {
  RequestParser parser;
  parser.step("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(parser.in_body());
  EXPECT_TRUE(parser.take_expects_continue());
  EXPECT_FALSE(parser.take_expects_continue());
}

TEST(Request, FindsTheBearerToken) {
  const auto token = [](const std::string& value) {
    const auto outcome = whole("GET / HTTP/1.1\r\nHost: h\r\nAuthorization: " + value + "\r\n\r\n");
    return std::string(outcome.requests.at(0).bearer_token().value_or("-"));
  };
  EXPECT_EQ(token("Bearer abc.def"), "abc.def");
  EXPECT_EQ(token("bearer  abc"), "abc");
  EXPECT_EQ(token("Basic abc"), "-");
  EXPECT_EQ(token("Bearer"), "-");
}

TEST(Request, SplitsThePathBeforeDecodingIt) {
  const auto outcome = whole("GET /market-data/EUR%2FUSD/depth?x=/ HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(path_segments(outcome.requests.at(0)),
              testing::ElementsAre("market-data", "EUR/USD", "depth"));
  const auto root = whole("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(path_segments(root.requests.at(0)).empty());
}

RC_GTEST_PROP(PercentCode, DecodesWhatItEncoded, (std::string text)) {
  std::erase(text, '\0');
  RC_ASSERT(percent_decode(percent_encode(text), true) == text);
}

TEST(Response, LetsNoValueAddAHeader) {
  std::string out;
  append_response(out, {200, "text/plain", {{"X", "a\r\nEvil: 1"}}, "b"}, true);
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX: a  Evil: 1\r\n"
            "Content-Length: 1\r\n\r\nb");
}

TEST(Response, IsReadBackByTheResponseParserAtEverySplit) {
  std::string out = "HTTP/1.1 100 Continue\r\n\r\n";
  append_stream_head(out, 200, "text/event-stream", {{"X-A", "1"}});
  append_chunk(out, "hello ");
  append_chunk(out, "world");
  append_chunk(out, "");
  for (std::size_t at = 1; at < out.size(); ++at) {
    ResponseParser parser;
    std::string held = out.substr(0, at);
    ParseStep step = parser.step(held);
    EXPECT_EQ(step.state, ParseState::NeedMore);
    held.erase(0, step.consumed);
    held += out.substr(at);
    step = parser.step(held);
    ASSERT_EQ(step.state, ParseState::Complete) << at;
    const ReceivedResponse response = parser.take();
    EXPECT_EQ(response.body, "hello world");
    EXPECT_EQ(response.headers.find("x-a"), "1");
  }
}

TEST(ResponseParser, EndsWithTheConnectionWhenThereIsNoLength) {
  ResponseParser parser;
  EXPECT_EQ(parser.step("HTTP/1.0 200 OK\r\n\r\nabc").state, ParseState::NeedMore);
  EXPECT_EQ(parser.finish(), ParseState::Complete);
  EXPECT_EQ(parser.take().body, "abc");
  ResponseParser cut;
  cut.step("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  EXPECT_EQ(cut.finish(), ParseState::Failed);
}

TEST(ResponseParser, ReadsAnEmptyStreamByteByByte) {
  std::string out;
  append_stream_head(out, 200, "text/plain", {});
  append_chunk(out, "");
  ResponseParser parser;
  std::string held;
  ParseState state = ParseState::NeedMore;
  for (const char c : out) {
    held += c;
    const ParseStep step = parser.step(held);
    held.erase(0, step.consumed);
    state = step.state;
  }
  EXPECT_EQ(state, ParseState::Complete);
}

TEST(ResponseParser, KnowsThatHeadHasNoBody) {
  ResponseParser parser({}, true);
  EXPECT_EQ(parser.step("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").state,
            ParseState::Complete);
}

}  // namespace
}  // namespace http
