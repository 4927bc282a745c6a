#include "tests/transport/engine_test.hpp"

#include <chrono>
#include <thread>
#include <vector>

namespace flotilla::transport {
namespace {

using namespace std::chrono_literals;
using test::begin;

constexpr std::size_t body_size = 200'000;

/// Takes bodies of `body_size` bytes and says 201 to each.
struct Bandwidth : testing::Test {
  test::raw_server server{[](test::raw_connection& c) {
    while (!c.read_head().empty() && c.read(body_size).size() == body_size)
      c.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  }};
  protocol::http_request body() const {
    return asking(method::put, "http://" + server.address(), std::string(body_size, 'x'));
  }
};

TEST_F(Bandwidth, IsSharedByAllBodiesAndNeverExceeded) {
  engine_options options;
  options.bandwidth = 4 * body_size;
  curl_engine engine{options};
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      const auto how = ask(engine, body());
      EXPECT_EQ(status_of(how), 201) << why(how).message;
    });
  for (auto& x : threads)
    x.join();
  EXPECT_GE(std::chrono::steady_clock::now() - start, 900ms) << "four bodies in a second";
}

TEST_F(Bandwidth, CanBeFreedAtOnce) {
  engine_options options;
  options.bandwidth = 1; // days for one body
  curl_engine engine{options};
  auto ended = begin(engine, body());
  engine.limit_bandwidth(0);
  EXPECT_EQ(status_of(ended.get()), 201);
}

TEST_F(Bandwidth, CanBeRaisedAtOnce) {
  engine_options options;
  options.bandwidth = 1;
  curl_engine engine{options};
  auto ended = begin(engine, body());
  engine.limit_bandwidth(100 << 20);
  EXPECT_EQ(status_of(ended.get()), 201);
}

TEST_F(Bandwidth, CanBeLimitedLater) {
  curl_engine engine{{}};
  EXPECT_EQ(status_of(ask(engine, body())), 201);
  engine.limit_bandwidth(2 * body_size);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(status_of(ask(engine, body())), 201);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 400ms);
}

TEST_F(Bandwidth, DoesNotConcernRequestsWithoutABody) {
  test::raw_server quick{[](test::raw_connection& c) {
    while (!c.read_head().empty())
      c.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }};
  engine_options options;
  options.bandwidth = 1;
  curl_engine engine{options};
  for (const auto verb : {method::head, method::get, method::post, method::remove})
    EXPECT_EQ(status_of(ask(engine, asking(verb, "http://" + quick.address()))), 200);
}

} // namespace
} // namespace flotilla::transport
