#include "app/web_server.hpp"

#include <boost/asio.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace flotilla::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

/// What a client and a server say to each other, byte by byte.
class client {
public:
  explicit client(const web_server& of) : stream_("127.0.0.1", std::to_string(of.port())) {
    stream_.expires_after(10s);
  }
  client& say(const std::string& text) {
    stream_ << text << std::flush;
    return *this;
  }
  std::string line() {
    std::string text;
    std::getline(stream_, text);
    return text;
  }
  /// Until the server ends the connection.
  std::string rest() {
    std::ostringstream text;
    text << stream_.rdbuf();
    return text.str();
  }
  std::string get(const std::string& target, const std::string& more = {}) {
    return say("GET " + target + " HTTP/1.1\r\nHost: here\r\n" + more + "\r\n").rest();
  }

private:
  boost::asio::ip::tcp::iostream stream_;
};

class WebServer : public testing::Test {
protected:
  static web_answer answer(const web_request& to) {
    if (to.path == "/stream")
      return {200, "text/event-stream", "data: first\n\n", {}, true};
    return {200, "text/plain", "path " + to.path + ", query " + to.query};
  }

  std::unique_ptr<web_server> server
    = std::move(*web_server::start({"127.0.0.1", 0}, &WebServer::answer));

  /// Its first event has come: it hears what is published from now on.
  client listener() {
    client fresh{*server};
    fresh.say("GET /stream HTTP/1.1\r\nHost: here\r\n\r\n");
    while (fresh.line() != "data: first")
      ;
    fresh.line();
    return fresh;
  }
  std::string health() {
    return client{*server}.get("/x");
  }
};

TEST_F(WebServer, TellsPathFromQuery) {
  EXPECT_THAT(client{*server}.get("/a/b?c=d&e?f"), HasSubstr("\r\n\r\npath /a/b, query c=d&e?f"));
}

TEST_F(WebServer, ForbidsBrowsersAllThatAnAnswerDoesNotAskFor) {
  const auto heard = client{*server}.get("/");
  EXPECT_THAT(heard, HasSubstr("\r\nContent-Security-Policy: default-src 'none'"));
  EXPECT_THAT(heard, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(heard, HasSubstr("\r\nCache-Control: no-store\r\n"));
}

TEST_F(WebServer, SendsNoBodyToHead) {
  const auto heard = client{*server}.say("HEAD /a HTTP/1.1\r\nHost: here\r\n\r\n").rest();
  EXPECT_THAT(heard, HasSubstr("\r\nContent-Length: 15\r\n"));
  EXPECT_EQ(heard.substr(heard.size() - 4), "\r\n\r\n");
}

TEST_F(WebServer, TakesNoOtherMethod) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "INVENTED"}) {
    const auto heard = client{*server}
                         .say(std::string{method} + " /a HTTP/1.1\r\nHost: here\r\n"
                              + "Content-Length: 5\r\n\r\nhello")
                         .rest();
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_THAT(heard, HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
  }
}

TEST_F(WebServer, SendsAllOnceWhateverRangesAreAskedFor) {
  std::string ranges = "Range: bytes=0-";
  for (int i = 0; i < 1'000; ++i)
    ranges += ",0-";
  const auto heard = client{*server}.get("/a", ranges + "\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 200 "));
  EXPECT_LT(heard.size(), 1'000u);
}

TEST_F(WebServer, TakesATargetThatNamesThePlaceToo) {
  EXPECT_THAT(client{*server}.get("http://here:80/a?b"), HasSubstr("\r\n\r\npath /a, query b"));
  EXPECT_THAT(client{*server}.get("http://here"), HasSubstr("\r\n\r\npath /, query "));
}

TEST_F(WebServer, SaysNoLengthOfAStream) {
  const auto heard = client{*server}.say("HEAD /stream HTTP/1.1\r\nHost: here\r\n\r\n").rest();
  EXPECT_THAT(heard, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(heard, Not(HasSubstr("Content-Length")));
}

TEST_F(WebServer, RefusesWhatIsNoRequest) {
  for (const char* said : {"hello\r\n\r\n", "GET / FTP/1.1\r\n\r\n", "GET /\r\n\r\n",
                           "GET / HTTP/1.1\r\nno field\r\n\r\n"})
    EXPECT_THAT(client{*server}.say(said).rest(), StartsWith("HTTP/1.1 400 ")) << said;
}

TEST_F(WebServer, RefusesAHeadWithoutEnd) {
  client endless{*server};
  endless.say("GET / HTTP/1.1\r\n");
  const std::string field = "X: " + std::string(1'000, 'x') + "\r\n";
  for (int i = 0; i < 20; ++i)
    endless.say(field);
  EXPECT_THAT(endless.rest(), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(health(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(WebServer, AnswersThoughManyOthersSayNothing) {
  std::vector<std::unique_ptr<client>> silent;
  for (std::size_t i = 0; i < 2 * web_server::most_connections; ++i)
    silent.push_back(std::make_unique<client>(*server));
  for (auto& each : silent)
    each->say("G");
  EXPECT_THAT(health(), StartsWith("HTTP/1.1 200 "));
}

/// Sets the limit so that no more descriptor can be opened; gives the old one back in the end.
class no_descriptor_left {
public:
  no_descriptor_left() {
    const auto next = ::dup(STDIN_FILENO);
    ::close(next);
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low{static_cast<rlim_t>(next), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
  }
  no_descriptor_left(const no_descriptor_left&) = delete;
  no_descriptor_left& operator=(const no_descriptor_left&) = delete;
  ~no_descriptor_left() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

private:
  rlimit before_{};
};

TEST_F(WebServer, LetsTheOldestGoWhereNoDescriptorIsLeft) {
  namespace asio = boost::asio;
  auto oldest = listener(), other = listener();
  asio::io_context context;
  asio::ip::tcp::socket newest{context, asio::ip::tcp::v4()};
  std::string heard(12, ' ');
  {
    const no_descriptor_left now;
    newest.connect({asio::ip::address_v4::loopback(), server->port()});
    asio::write(newest, asio::buffer(std::string{"GET / HTTP/1.1\r\n\r\n"}));
    asio::read(newest, asio::buffer(heard));
  }
  EXPECT_EQ(heard, "HTTP/1.1 200");
  EXPECT_EQ(oldest.rest(), "");
  server->publish("data: still here\n\n");
  EXPECT_EQ(other.line(), "data: still here");
}

TEST_F(WebServer, EndsThoughClientsStay) {
  client silent{*server}, half{*server};
  half.say("GET / HT");
  auto streaming = listener();
  server.reset(); // or the test never ends
  EXPECT_EQ(streaming.rest(), "");
}

TEST_F(WebServer, StreamsWhatIsPublished) {
  auto one = listener(), other = listener();
  server->publish("data: second\n\n");
  for (auto* each : {&one, &other})
    EXPECT_EQ(each->line(), "data: second");
}

TEST_F(WebServer, GivesOnlyTheNewestToWhoIsSlow) {
  auto slow = listener();
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 200; ++i)
    server->publish("data: " + large + "\ndata: " + std::to_string(i) + "\n\n");
  int events = 0;
  for (std::string line; line != "data: 199"; line = slow.line())
    events += line.empty() ? 1 : 0;
  EXPECT_LT(events, 100) << "all of them would have to be kept";
}

TEST_F(WebServer, ForgetsAStreamWhoseClientHasLeft) {
  for (std::size_t i = 0; i < 3 * web_server::most_connections; ++i)
    listener();
  auto last = listener();
  server->publish("data: still here\n\n");
  EXPECT_EQ(last.line(), "data: still here");
}

} // namespace
} // namespace flotilla::app
