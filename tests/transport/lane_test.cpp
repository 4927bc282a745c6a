#include "tests/support/temp_dir.hpp"
#include "tests/transport/engine_test.hpp"

#include <chrono>

namespace flotilla::transport {
namespace {

using namespace std::chrono_literals;
using test::begin;
using test::in_lane;

constexpr std::size_t body_size = 200'000;
constexpr std::uint64_t days = 1; ///< bytes per second: so long would one body take

const std::string created = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

bool is_over(const std::future<protocol::http_outcome>& ended) {
  return ended.wait_for(0s) == std::future_status::ready;
}

/// Takes bodies of `body_size` bytes and says 201 to each.
struct Lanes : testing::Test {
  test::raw_server server{[](test::raw_connection& c) {
    while (!c.read_head().empty() && c.read(body_size).size() == body_size)
      c.send(created);
  }};
  curl_engine engine{{}};

  protocol::http_request body(std::uint32_t lane) const {
    return in_lane(lane,
                   asking(method::put, "http://" + server.address(), std::string(body_size, 'x')));
  }
};

TEST_F(Lanes, AreLimitedEachByItself) {
  const auto start = std::chrono::steady_clock::now();
  engine.limit_bandwidth(1, days);
  engine.limit_bandwidth(2, 2 * body_size);
  auto slow = begin(engine, body(1));
  EXPECT_EQ(status_of(ask(engine, body(2))), 201);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 400ms);
  EXPECT_EQ(status_of(ask(engine, body(3))), 201) << "a lane without a limit";
  EXPECT_EQ(status_of(ask(engine, body(0))), 201) << "nobody's";
  EXPECT_FALSE(is_over(slow));
  engine.limit_bandwidth(1, 0);
  EXPECT_EQ(status_of(slow.get()), 201);
  EXPECT_EQ(engine.counters().body_bytes, 4 * body_size);
}

TEST_F(Lanes, AreSharedByAllTheirBodies) {
  const auto start = std::chrono::steady_clock::now();
  engine.limit_bandwidth(1, 4 * body_size);
  std::vector<std::future<protocol::http_outcome>> all;
  all.reserve(4);
  for (int i = 0; i < 4; ++i)
    all.push_back(begin(engine, body(1)));
  for (auto& x : all)
    EXPECT_EQ(status_of(x.get()), 201);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 900ms) << "four bodies in a second";
}

TEST_F(Lanes, ObeyTheLimitOfAllBesideTheirOwn) {
  engine.limit_bandwidth(days);
  engine.limit_bandwidth(1, days);
  engine.limit_bandwidth(2, 100 << 20);
  auto both = begin(engine, body(1));
  auto one = begin(engine, body(2));
  EXPECT_EQ(status_of(ask(engine, asking(method::get, "http://127.0.0.1:1"))), 0);
  EXPECT_FALSE(is_over(one)) << "its own limit alone would let it through";
  engine.limit_bandwidth(0);
  EXPECT_EQ(status_of(one.get()), 201);
  EXPECT_FALSE(is_over(both)) << "its own limit is still there";
  engine.limit_bandwidth(1, 0);
  EXPECT_EQ(status_of(both.get()), 201);
}

TEST_F(Lanes, AreHeldByTheLimitOfAllWhenTheirOwnIsLifted) {
  engine.limit_bandwidth(days);
  engine.limit_bandwidth(1, days);
  auto ended = begin(engine, body(1));
  engine.limit_bandwidth(1, 0);
  EXPECT_EQ(status_of(ask(engine, asking(method::get, "http://127.0.0.1:1"))), 0);
  EXPECT_FALSE(is_over(ended));
  engine.limit_bandwidth(0);
  EXPECT_EQ(status_of(ended.get()), 201);
}

TEST_F(Lanes, CanBeRaisedOnTheWire) {
  engine.limit_bandwidth(1, days);
  auto ended = begin(engine, body(1));
  EXPECT_EQ(status_of(ask(engine, body(2))), 201);
  EXPECT_FALSE(is_over(ended));
  engine.limit_bandwidth(1, 100 << 20);
  EXPECT_EQ(status_of(ended.get()), 201);
}

TEST_F(Lanes, KeepTheirLimitWhileTheyAreEmpty) {
  engine.limit_bandwidth(1, 2 * body_size);
  EXPECT_EQ(status_of(ask(engine, body(1))), 201);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(status_of(ask(engine, body(1))), 201);
  // A tenth of a second may have been saved up between the two.
  EXPECT_GE(std::chrono::steady_clock::now() - start, 350ms);
}

TEST_F(Lanes, OfNumberZeroHaveNoLimit) {
  engine.limit_bandwidth(0, days);
  EXPECT_EQ(status_of(ask(engine, body(0))), 201);
}

TEST_F(Lanes, MayBeLimitedAfterStop) {
  engine.stop();
  engine.limit_bandwidth(1, days);
  EXPECT_EQ(why(ask(engine, body(1))).code, errc::interrupted);
}

TEST(Lane, CanBeLoweredOnTheWire) {
  constexpr std::uint64_t length = 64 << 20; // more than all buffers on the way
  test::temp_dir folder;
  test::write_sparse_file(folder / "blob", length);
  std::promise<void> halfway;
  std::promise<void> lowered;
  const auto until_lowered = lowered.get_future().share();
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    c.send("HTTP/1.1 100 Continue\r\n\r\n");
    auto got = c.read(1 << 20).size();
    if (c.number() == 0) {
      halfway.set_value();
      until_lowered.wait();
    }
    while (got < length) {
      const auto more = c.read(1 << 20).size();
      if (more == 0)
        return;
      got += more;
    }
    c.send(created);
    c.drain();
  }};
  const auto put
    = test::sending(method::put, "http://" + server.address(), folder / "blob", 0, length);
  curl_engine engine{{}};
  auto slow = begin(engine, in_lane(1, put));
  halfway.get_future().wait();
  engine.limit_bandwidth(1, days);
  EXPECT_EQ(status_of(ask(engine, asking(method::get, "http://127.0.0.1:1"))), 0)
    << "by now the limit holds";
  lowered.set_value();
  EXPECT_EQ(status_of(ask(engine, in_lane(2, put))), 201) << "begun later";
  EXPECT_FALSE(is_over(slow));
  engine.limit_bandwidth(1, 0);
  EXPECT_EQ(status_of(slow.get()), 201);
}

} // namespace
} // namespace flotilla::transport
