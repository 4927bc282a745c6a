#include "tests/transport/engine_test.hpp"
#include "tests/transport/http_server.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace flotilla::transport {
namespace {

TEST(CurlEngine, BringsStatusFieldsAndBodyBack) {
  test::http_server server;
  server->Get("/v2/", [](const httplib::Request&, httplib::Response& to) {
    to.status = 401;
    to.set_header("WWW-Authenticate", "Bearer realm=\"x\"");
    to.set_content("denied", "text/plain");
  });
  server.start();
  curl_engine engine{{}};
  const auto how = ask(engine, asking(method::get, server.url("/v2/")));
  ASSERT_NE(how.response(), nullptr) << why(how).message;
  EXPECT_EQ(how.response()->status, 401);
  EXPECT_EQ(how.response()->fields.value("www-authenticate"), "Bearer realm=\"x\"");
  EXPECT_EQ(how.response()->body, "denied");
}

/// Answers with the head of the request that it got.
std::string head_seen_of(protocol::http_request request, engine_options options = {}) {
  test::raw_server server{[](test::raw_connection& c) {
    const auto head = c.read_head();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(head.size()) + "\r\n\r\n" + head);
    c.drain();
  }};
  curl_engine engine{std::move(options)};
  request.url = "http://" + server.address() + request.url;
  const auto how = ask(engine, std::move(request));
  return how.response() != nullptr ? how.response()->body : "no response: " + why(how).message;
}

TEST(CurlEngine, SendsTheRequestAsItIs) {
  auto request = asking(method::get, "/v2/a/../b/./blobs?from=x%2Fy&_state=a%3D%3D");
  request.fields = {{"Authorization", "Bearer x"}, {"Accept", "a/b, c/d"}};
  engine_options options;
  options.user_agent = "flotilla/1.2.3";
  const auto head = head_seen_of(std::move(request), options);
  EXPECT_EQ(head.substr(0, head.find('\r')),
            "GET /v2/a/../b/./blobs?from=x%2Fy&_state=a%3D%3D HTTP/1.1");
  EXPECT_NE(head.find("\r\nAuthorization: Bearer x\r\n"), std::string::npos);
  EXPECT_NE(head.find("\r\nAccept: a/b, c/d\r\n"), std::string::npos);
  EXPECT_NE(head.find("\r\nUser-Agent: flotilla/1.2.3\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Accept-Encoding"), std::string::npos);
}

TEST(CurlEngine, SendsEveryMethod) {
  for (const auto verb : {method::get, method::post, method::patch, method::put, method::remove}) {
    const auto head = head_seen_of(asking(verb, "/x"));
    EXPECT_EQ(head.substr(0, head.find('\r')), std::string{to_string(verb)} + " /x HTTP/1.1");
  }
}

TEST(CurlEngine, AHeadHasNoBodyToWaitFor) {
  test::raw_server server{[](test::raw_connection& c) {
    while (!c.read_head().empty())
      c.send("HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n");
  }};
  curl_engine engine{{}};
  for (int i = 0; i < 3; ++i) {
    const auto how = ask(engine, asking(method::head, "http://" + server.address() + "/blob"));
    ASSERT_EQ(status_of(how), 200) << why(how).message;
    EXPECT_EQ(how.response()->fields.value("content-length"), "5000000000");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlEngine, FollowsNoRedirect) {
  test::http_server server;
  server->Put("/v2/a", [](const httplib::Request&, httplib::Response& to) {
    to.status = 307;
    to.set_header("Location", "/elsewhere");
  });
  std::atomic<int> followed{0};
  server->Put("/elsewhere", [&](const httplib::Request&, httplib::Response&) { ++followed; });
  server.start();
  curl_engine engine{{}};
  const auto how = ask(engine, asking(method::put, server.url("/v2/a"), "manifest"));
  ASSERT_EQ(status_of(how), 307) << why(how).message;
  EXPECT_EQ(how.response()->fields.value("location"), "/elsewhere");
  EXPECT_EQ(followed, 0);
}

TEST(CurlEngine, TakesManyFromManyThreadsAndKeepsConnections) {
  test::http_server server;
  server->Post("/echo", [](const httplib::Request& from, httplib::Response& to) {
    to.set_content(from.body, "text/plain");
  });
  server.start();
  curl_engine engine{{}};
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int j = 0; j < 50; ++j) {
        const auto text = std::to_string(i) + '/' + std::to_string(j);
        const auto how = ask(engine, asking(method::post, server.url("/echo"), text));
        if (status_of(how) == 200 && how.response()->body == text)
          ++right;
      }
    });
  for (auto& x : threads)
    x.join();
  EXPECT_EQ(right, 400);
  EXPECT_GE(engine.counters().connections, 1U);
  EXPECT_LE(engine.counters().connections, 8U) << "one for each thread that waits";
}

TEST(CurlEngine, ACallbackMaySubmit) {
  test::http_server server;
  server->Get("/", [](const httplib::Request&, httplib::Response&) {});
  server.start();
  curl_engine engine{{}};
  std::promise<int> last;
  std::function<void(int)> next = [&](int left) {
    engine.submit(asking(method::get, server.url("/")), [&, left](protocol::http_outcome how) {
      if (left == 0)
        last.set_value(status_of(how));
      else
        next(left - 1);
    });
  };
  next(5);
  EXPECT_EQ(last.get_future().get(), 200);
}

TEST(CurlEngine, NobodyThereIsUnavailable) {
  std::string address;
  {
    const test::raw_server gone{[](test::raw_connection&) {}};
    address = gone.address();
  }
  curl_engine engine{{}};
  const auto how = ask(engine, asking(method::post, "http://" + address + "/v2/?_state=secret"));
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(why(how).message, "cannot connect to " + address + ": connection refused");
  EXPECT_FALSE(how.failed()->body_complete) << "the request was never sent";
}

TEST(CurlEngine, ANameWithoutAddressIsUnavailable) {
  engine_options options;
  options.connect_timeout = std::chrono::milliseconds{2000};
  curl_engine engine{options};
  const auto how = ask(engine, asking(method::get, "http://registry.invalid/v2/"));
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_NE(why(how).message.find("address of registry.invalid"), std::string::npos)
    << why(how).message;
}

TEST(CurlEngine, RefusesWhatIsNoUrl) {
  curl_engine engine{{}};
  for (const auto* url : {"", "registry.example", "ftp://registry.example/", "file:///etc/passwd",
                          "http://me:secret@registry.example/", "http://a b/", "http:///v2/"}) {
    const auto how = ask(engine, asking(method::get, url));
    EXPECT_EQ(why(how).code, errc::malformed) << url;
    EXPECT_EQ(why(how).message.find("secret"), std::string::npos);
  }
}

TEST(CurlEngine, RefusesFieldsThatBreakOutOfTheirLine) {
  curl_engine engine{{}};
  auto request = asking(method::get, "http://127.0.0.1:1/");
  request.fields = {{"A", "b\r\nEvil: yes"}};
  EXPECT_EQ(why(ask(engine, std::move(request))).code, errc::internal);
}

TEST(CurlEngine, StopAnswersAllThatIsUnderWay) {
  test::raw_server server{[](test::raw_connection& c) { c.drain(); }};
  curl_engine engine{{}};
  test::tally answers;
  for (int i = 0; i < 50; ++i)
    engine.submit(asking(method::get, "http://" + server.address()), answers.counting());
  engine.stop();
  EXPECT_EQ(answers.interrupted, 50);
  EXPECT_EQ(answers.other, 0);
}

TEST(CurlEngine, StopEndsABodyOnItsWay) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.drain();
  }};
  engine_options options;
  options.bandwidth = 1000;
  curl_engine engine{options};
  std::promise<void> sending;
  auto ended = test::begin(
    engine, asking(method::put, "http://" + server.address(), std::string(100'000, 'x')),
    [&, told = false](std::uint64_t) mutable {
      if (!std::exchange(told, true))
        sending.set_value();
    });
  sending.get_future().wait();
  engine.stop();
  const auto how = ended.get();
  EXPECT_EQ(why(how).code, errc::interrupted);
  EXPECT_GT(how.failed()->body_sent, 0U);
  EXPECT_LT(how.failed()->body_sent, 100'000U);
  EXPECT_FALSE(how.failed()->body_complete);
}

TEST(CurlEngine, StopDoesNotWaitForNames) {
  curl_engine engine{{}};
  test::tally answers;
  engine.submit(asking(method::get, "http://registry.invalid/"), answers.counting());
  engine.stop();
  EXPECT_EQ(answers.interrupted + answers.other, 1);
}

TEST(CurlEngine, StopMayBeCalledAgainAndFromManyThreads) {
  test::raw_server server{[](test::raw_connection& c) { c.drain(); }};
  curl_engine engine{{}};
  test::tally answers;
  for (int i = 0; i < 10; ++i)
    engine.submit(asking(method::get, "http://" + server.address()), answers.counting());
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      engine.stop();
      EXPECT_EQ(answers.interrupted, 10) << "whoever returns finds all answered";
    });
  for (auto& x : threads)
    x.join();
  engine.stop();
  EXPECT_EQ(answers.interrupted, 10);
}

TEST(CurlEngine, AfterStopTheCallerIsAnsweredAtOnce) {
  curl_engine engine{{}};
  engine.stop();
  std::thread::id answered_on;
  engine.submit(asking(method::get, "http://127.0.0.1:1/"), [&](protocol::http_outcome how) {
    answered_on = std::this_thread::get_id();
    EXPECT_EQ(why(how).code, errc::interrupted);
  });
  EXPECT_EQ(answered_on, std::this_thread::get_id());
  engine.limit_bandwidth(1);
}

TEST(CurlEngine, SubmitAndStopMayRace) {
  test::raw_server server{[](test::raw_connection& c) { c.drain(); }};
  test::tally answers;
  {
    curl_engine engine{{}};
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int j = 0; j < 25; ++j)
          engine.submit(asking(method::get, "http://" + server.address()), answers.counting());
      });
    engine.stop();
    for (auto& x : threads)
      x.join();
  }
  EXPECT_EQ(answers.interrupted, 100);
  EXPECT_EQ(answers.other, 0);
}

} // namespace
} // namespace flotilla::transport
