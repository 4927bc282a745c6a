#include "tests/support/temp_dir.hpp"
#include "tests/transport/engine_test.hpp"

#include <algorithm>
#include <thread>

namespace flotilla::transport {
namespace {

using test::begin;
using test::in_lane;

const std::string created = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
const protocol::failure too_slow{errc::unavailable, "slower than the others", "no hint"};

protocol::http_request tagged(std::uint32_t lane, std::uint32_t tag,
                              protocol::http_request request) {
  request.tag = tag;
  return in_lane(lane, std::move(request));
}

void expect_too_slow(const protocol::http_outcome& how) {
  ASSERT_NE(how.failed(), nullptr) << "it has the status " << status_of(how);
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(why(how).message, too_slow.message);
  EXPECT_EQ(why(how).hint, too_slow.hint);
}

/// Says 201 to everything.
struct CancelOne : testing::Test {
  test::raw_server server{[](test::raw_connection& c) {
    while (!c.read_head().empty())
      c.send(created);
  }};
  curl_engine engine{{}};

  protocol::http_request get(std::uint32_t lane, std::uint32_t tag) const {
    return tagged(lane, tag, asking(method::get, "http://" + server.address()));
  }
};

TEST_F(CancelOne, EndsWhatWasSubmittedBeforeUnderThatNameAndNothingElse) {
  std::promise<void> busy;
  std::promise<void> go;
  engine.submit(get(1, 9), [&](const protocol::http_outcome&) {
    busy.set_value();
    go.get_future().wait();
  });
  busy.get_future().wait(); // so is the engine's thread, and what follows waits for it
  auto meant = begin(engine, get(1, 2));
  auto sibling = begin(engine, get(1, 3));
  auto nameless = begin(engine, get(1, 0));
  auto namesake = begin(engine, get(2, 2));
  auto nobodys = begin(engine, get(0, 2));
  engine.cancel(1, 2, too_slow);
  engine.cancel(1, 2, {errc::internal, "said later", {}});
  auto after = begin(engine, get(1, 2));
  go.set_value();
  const auto how = meant.get();
  expect_too_slow(how);
  EXPECT_EQ(how.failed()->body_sent, 0U);
  EXPECT_FALSE(how.failed()->body_complete);
  for (auto* served : {&sibling, &nameless, &namesake, &nobodys, &after})
    EXPECT_EQ(status_of(served->get()), 201);
}

TEST_F(CancelOne, OfWhatIsNotThereDoesNothing) {
  engine.cancel(1, 2, too_slow);
  EXPECT_EQ(status_of(ask(engine, get(1, 2))), 201);
  engine.cancel(1, 2, too_slow);
  engine.cancel(0, 2, too_slow);
  engine.cancel(1, 0, too_slow);
  EXPECT_EQ(status_of(ask(engine, get(1, 2))), 201);
  EXPECT_EQ(server.connections(), 1) << "what is idle is kept";
  engine.stop();
  engine.cancel(1, 2, too_slow);
  EXPECT_EQ(why(ask(engine, get(1, 2))).code, errc::interrupted);
}

TEST_F(CancelOne, AnswersEachOnceHoweverItRaces) {
  constexpr std::uint32_t count = 200;
  std::vector<std::atomic<int>> answered(count);
  std::atomic<std::uint32_t> left{count};
  std::atomic<int> wrong{0};
  std::promise<void> all_answered;
  std::thread submitter{[&] {
    for (std::uint32_t i = 0; i < count; ++i)
      engine.submit(get(1, i + 1), [&, i](const protocol::http_outcome& how) {
        ++answered[i];
        const bool even = i % 2 == 0;
        wrong += status_of(how) == 201 || (even && why(how).code == errc::unavailable) ? 0 : 1;
        if (--left == 0)
          all_answered.set_value();
      });
  }};
  for (std::uint32_t i = 0; i < count; i += 2)
    engine.cancel(1, i + 1, too_slow);
  submitter.join();
  all_answered.get_future().wait();
  engine.stop();
  EXPECT_EQ(wrong, 0);
  const auto once = [](const std::atomic<int>& times) { return times == 1; };
  EXPECT_TRUE(std::all_of(answered.begin(), answered.end(), once));
}

/// Sends what the server answers only when the test lets it.
struct CancelOneUnderWay : testing::Test {
  test::temp_dir folder;
  std::promise<void> seen; ///< the server got as far as the test wants it to be
  std::promise<void> over;
  std::shared_future<void> until_over = over.get_future().share();
  curl_engine engine{{}};
};

TEST_F(CancelOneUnderWay, EndsThatBodyAndItsConnectionWhileItsSiblingGoesOn) {
  constexpr std::uint64_t length = 64 << 20; // more than all buffers on the way
  test::write_sparse_file(folder / "blob", length);
  std::atomic<int> under_way{0};
  std::promise<std::size_t> arrived;
  test::raw_server server{[&](test::raw_connection& c) {
    const bool meant = c.read_head().find("PUT /meant ") == 0;
    c.send("HTTP/1.1 100 Continue\r\n\r\n");
    auto got = c.read(1 << 20).size();
    if (++under_way == 2)
      seen.set_value();
    until_over.wait();
    for (auto more = got; got < length && more > 0; got += more)
      more = c.read(1 << 20).size();
    if (meant)
      arrived.set_value(got);
    else if (got == length)
      c.send(created);
    c.drain();
  }};
  const auto put = [&](const std::string& path) {
    return test::sending(method::put, "http://" + server.address() + path, folder / "blob", 0,
                         length);
  };
  auto meant = begin(engine, tagged(1, 5, put("/meant")));
  auto sibling = begin(engine, tagged(1, 6, put("/sibling")));
  seen.get_future().wait();
  engine.cancel(1, 5, too_slow);
  const auto how = meant.get();
  over.set_value();
  expect_too_slow(how);
  EXPECT_GT(how.failed()->body_sent, 0U);
  EXPECT_LT(how.failed()->body_sent, length);
  EXPECT_FALSE(how.failed()->body_complete);
  EXPECT_LT(arrived.get_future().get(), length) << "and then it was closed";
  EXPECT_EQ(status_of(sibling.get()), 201);
}

TEST_F(CancelOneUnderWay, EndsABodyThatWaitsForBandwidth) {
  constexpr std::size_t length = 100'000;
  test::raw_server server{[&](test::raw_connection& c) {
    while (!c.read_head().empty() && c.read(length).size() == length)
      c.send(created);
  }};
  const auto body = asking(method::put, "http://" + server.address(), std::string(length, 'x'));
  engine.limit_bandwidth(1, 40'000);
  auto meant = begin(engine, tagged(1, 1, body), [this, told = false](std::uint64_t) mutable {
    if (!std::exchange(told, true))
      seen.set_value();
  });
  seen.get_future().wait();
  auto sibling = begin(engine, tagged(1, 2, body));
  engine.cancel(1, 1, too_slow);
  const auto how = meant.get();
  expect_too_slow(how);
  EXPECT_LT(how.failed()->body_sent, length);
  engine.limit_bandwidth(1, 0);
  EXPECT_EQ(status_of(sibling.get()), 201);
}

TEST_F(CancelOneUnderWay, TellsThatAWholeBodyHadLeft) {
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    c.read(1000);
    seen.set_value();
    c.drain();
  }};
  auto meant = begin(
    engine,
    tagged(1, 1, asking(method::put, "http://" + server.address(), std::string(1000, 'x'))));
  seen.get_future().wait();
  engine.cancel(1, 1, too_slow);
  const auto how = meant.get();
  expect_too_slow(how);
  EXPECT_EQ(how.failed()->body_sent, 1000U);
  EXPECT_TRUE(how.failed()->body_complete) << "the registry may have acted on it";
}

} // namespace
} // namespace flotilla::transport
