#include "net/server.hpp"

#include <condition_variable>
#include <mutex>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http_client.hpp"
#include "net/test_peer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

http::Response text(std::string body) {
  return {200, "text/plain", {}, std::move(body)};
}

TEST(Server, AnswersARequest) {
  Fixture fixture;
  HttpClient client("127.0.0.1", fixture.port());
  const auto answer = client.call({"GET", "/echo?x=a%20b", {}, {}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "GET /echo x=a b ");
}

TEST(Server, KeepsAConnectionForManyRequests) {
  Fixture fixture;
  HttpClient client("127.0.0.1", fixture.port());
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.call({"POST", "/echo", {}, "body" + std::to_string(i)});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "POST /echo body" + std::to_string(i));
  }
  EXPECT_THAT(fixture.metrics.text(), HasSubstr("net_connections_accepted_total 1\n"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Fixture fixture;
  Peer peer(fixture.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests += "GET /echo?n=" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  peer.send(requests);
  for (int i = 0; i < 200; ++i) {
    EXPECT_THAT(peer.read_answer(), testing::EndsWith("GET /echo n=" + std::to_string(i) + " "));
  }
}

TEST(Server, KeepsOrderWhenLaterRequestsAreAnsweredFirst) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send(
      "GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  auto writers = fixture.handler.wait_held(2);
  std::thread([&] { writers[1].send(text("second")); }).join();
  std::thread([&] { writers[0].send(text("first")); }).join();
  EXPECT_THAT(peer.read_answer(), testing::EndsWith("\r\n\r\nfirst"));
  EXPECT_THAT(peer.read_answer(), testing::EndsWith("\r\n\r\nsecond"));
  EXPECT_THAT(peer.read_answer(), testing::EndsWith("GET /echo "));
}

TEST(Server, AnswersADroppedRequestWith500) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  fixture.handler.wait_held(1).clear();
  EXPECT_THAT(peer.read_answer(), HasSubstr("\"reason\":\"internal_error\""));
}

TEST(Server, IgnoresAnAnswerToADeadConnection) {
  Fixture fixture;
  std::vector<ResponseWriter> writers;
  {
    Peer peer(fixture.port());
    peer.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    writers = fixture.handler.wait_held(1);
  }
  fixture.server->stop(0);
  fixture.server.reset();
  writers[0].send(text("too late"));
}

TEST(Server, LeavesOutTheBodyForHead) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send("HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = peer.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 11\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST(Server, RefusesMalformedRequestsAndCloses) {
  Fixture fixture;
  const std::pair<std::string, int> table[] = {
      {"GET / HTTP/1.1\nHost: x\n\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(17000, 'a') + "\r\n\r\n", 431},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", 413},
  };
  for (const auto& [request, status] : table) {
    Peer peer(fixture.port());
    peer.send(request);
    const std::string answer = peer.read_to_end();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status) + " ")) << request;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("{\"error\":{\"code\":0,\"reason\":\""));
  }
  EXPECT_THAT(fixture.metrics.text(), HasSubstr("net_malformed_total 9\n"));
}

TEST(Server, RefusesABodyOverTheLimitThatIsAlreadyOnItsWay) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 17; ++i)
    peer.send(chunk);
  EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, TakesABodyOfExactlyTheLimit) {
  Fixture fixture;
  HttpClient client("127.0.0.1", fixture.port());
  const auto answer = client.call({"POST", "/length", {}, std::string(1024 * 1024, 'x')});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "1048576");
}

TEST(Server, Answers503BeyondTheConnectionLimit) {
  Fixture fixture([](ServerOptions& options) { options.connections_max = 2; });
  Peer first(fixture.port());
  Peer second(fixture.port());
  for (Peer* peer : {&first, &second}) {
    peer->send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    peer->read_answer();
  }
  Peer third(fixture.port());
  third.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = third.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, HasSubstr("{\"error\":{\"code\":0,\"reason\":\"too_many_connections\","));
  EXPECT_THAT(answer, HasSubstr("\"details\":{},\"request_id\":\"\"}}"));
  EXPECT_THAT(fixture.metrics.text(), HasSubstr("net_connections_refused_total 1\n"));
  first.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, ClosesAConnectionThatSendsNothing) {
  Fixture fixture([](ServerOptions& options) { options.header_deadline_ms = 30; });
  Peer peer(fixture.port());
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST(Server, Answers408ToASlowHeader) {
  Fixture fixture([](ServerOptions& options) { options.header_deadline_ms = 30; });
  Peer peer(fixture.port());
  peer.send("GET / HTTP/1.1\r\nHos");
  EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 408 "));
}

TEST(Server, Answers408ToASlowBody) {
  Fixture fixture([](ServerOptions& options) { options.body_deadline_ms = 30; });
  Peer peer(fixture.port());
  peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(fixture.metrics.text(), HasSubstr("net_timeouts_total 1\n"));
}

TEST(Server, ClosesAnIdleConnection) {
  Fixture fixture([](ServerOptions& options) { options.idle_deadline_ms = 30; });
  Peer peer(fixture.port());
  peer.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_to_end(), testing::EndsWith("GET /echo "));
}

TEST(Server, AnswersAClientThatClosedItsSendingSide) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.end_sending();
  auto writers = fixture.handler.wait_held(1);
  writers[0].send(text("late"));
  EXPECT_THAT(peer.read_to_end(), testing::EndsWith("late"));
}

TEST(Server, CutsAClientThatDoesNotRead) {
  Fixture fixture([](ServerOptions& options) { options.write_stall_ms = 30; });
  Peer peer(fixture.port());
  for (int i = 0; i < 60; ++i)
    peer.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  fixture.wait_for_metric("net_write_stalls_total 1\n");
  fixture.wait_for_connections(0);
}

TEST(Server, SendsContinueBeforeABodyThatWaitsForIt) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hi");
  EXPECT_THAT(peer.read_answer(), testing::EndsWith("POST /echo hi"));
}

TEST(Server, StreamsPiecesAndEndsTheAnswer) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  auto stream = fixture.handler.wait_stream();
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_TRUE(stream->send("data: 1\n\n"));
  EXPECT_EQ(peer.read_until("1\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  stream->close();
  EXPECT_FALSE(stream->send("more"));
  EXPECT_EQ(peer.read_until("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_THAT(peer.read_answer(), testing::EndsWith("GET /echo "));
  fixture.handler.wait_stream_closed();
}

TEST(Server, TellsAStreamThatItsClientLeft) {
  Fixture fixture;
  std::shared_ptr<ResponseStream> stream;
  {
    Peer peer(fixture.port());
    peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    stream = fixture.handler.wait_stream();
  }
  fixture.handler.wait_stream_closed();
  EXPECT_FALSE(stream->open());
  EXPECT_FALSE(stream->send("x"));
}

TEST(Server, RefusesStreamPiecesBeyondTheBuffer) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  auto stream = fixture.handler.wait_stream();
  const std::string piece(32 * 1024, 'x');
  int sent = 0;
  while (sent < 10'000 && stream->send(piece))
    ++sent;
  EXPECT_LT(sent, 10'000);
  EXPECT_LE(stream->buffered_bytes(), outgoing_bytes_max);
}

TEST(Server, FinishesRequestsInFlightWhenItStops) {
  Fixture fixture;
  Peer idle(fixture.port());
  idle.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.read_answer();
  Peer peer(fixture.port());
  peer.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  auto writers = fixture.handler.wait_held(1);
  std::thread stopper([&] { fixture.server->stop(10'000); });
  EXPECT_EQ(idle.read_to_end(), "");
  writers[0].send(text("done"));
  const std::string answer = peer.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("done"));
  peer.close();
  idle.close();
  stopper.join();
  EXPECT_EQ(fixture.server->open_connections(), 0);
}

TEST(Server, SaysWhyItCannotListen) {
  Fixture fixture;
  ServerOptions options;
  options.listeners = {{"127.0.0.1", fixture.port(), "again"}};
  const auto again = Server::start(options, fixture.handler, fixture.metrics, fixture.log);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "listen_failed");
  EXPECT_THAT(again.error().message, HasSubstr(std::to_string(fixture.port())));
}

TEST(Server, TagsRequestsWithTheListenersService) {
  Fixture fixture;
  HttpClient first("127.0.0.1", fixture.server->ports()[0].port);
  HttpClient second("127.0.0.1", fixture.server->ports()[1].port);
  EXPECT_EQ(first.call({"GET", "/service", {}, {}})->body, "market-data 127.0.0.1");
  EXPECT_EQ(second.call({"GET", "/service", {}, {}})->body, "trading-engine 127.0.0.1");
  EXPECT_THAT(fixture.metrics.text(),
              HasSubstr("http_requests_total{service=\"trading-engine\",status=\"200\"} 1"));
}

TEST(Server, ServesManyConnectionsFromManyThreads) {
  Fixture fixture;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      HttpClient client("127.0.0.1", fixture.port());
      for (int i = 0; i < 50; ++i) {
        const auto answer = client.call({"GET", "/later", {}, {}});
        if (answer && answer->body == "later") ++good;
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(good, 400);
}

TEST(HttpClient, ReadsAStreamPieceByPiece) {
  Fixture fixture;
  HttpClient client("127.0.0.1", fixture.port());
  std::thread sender([&] {
    auto stream = fixture.handler.wait_stream();
    stream->send("one ");
    stream->send("two");
    stream->close();
  });
  std::string body;
  const auto answer = client.stream({"GET", "/stream", {}, {}}, [&](std::string_view piece) {
    body += piece;
    return true;
  });
  sender.join();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(body, "one two");
}

TEST(HttpClient, SaysWhenNobodyListens) {
  Fixture fixture;
  const std::uint16_t port = fixture.port();
  fixture.server->stop(0);
  HttpClient client("127.0.0.1", port);
  const auto answer = client.call({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "connect_failed");
}

TEST(HttpClient, GivesUpOnASilentServer) {
  Fixture fixture;
  HttpClient client("127.0.0.1", fixture.port(), 50);
  const auto answer = client.call({"GET", "/hold", {}, {}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "timeout");
}

TEST(HttpClient, OpensAConnectionAgainThatTheServerClosed) {
  Fixture fixture([](ServerOptions& options) { options.idle_deadline_ms = 10; });
  HttpClient client("127.0.0.1", fixture.port());
  ASSERT_TRUE(client.call({"GET", "/echo", {}, {}}));
  fixture.wait_for_connections(0);
  EXPECT_TRUE(client.call({"GET", "/echo", {}, {}}));
}

}  // namespace
}  // namespace net
