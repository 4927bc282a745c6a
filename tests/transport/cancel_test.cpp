#include "tests/support/temp_dir.hpp"
#include "tests/transport/engine_test.hpp"

#include <algorithm>
#include <thread>

namespace flotilla::transport {
namespace {

using test::begin;
using test::in_lane;

const std::string created = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

void expect_cancelled(const protocol::http_outcome& how) {
  ASSERT_NE(how.failed(), nullptr) << "it has the status " << status_of(how);
  EXPECT_EQ(why(how).code, errc::interrupted);
  EXPECT_EQ(why(how).message, "cancelled before an answer came");
}

/// A server that keeps the paths it was asked for, and says 201 to each.
struct Cancel : testing::Test {
  std::mutex lock;
  std::vector<std::string> paths;
  test::raw_server server{[this](test::raw_connection& c) {
    for (auto head = c.read_head(); !head.empty(); head = c.read_head()) {
      const auto path = head.find(' ') + 1;
      const std::lock_guard guard{lock};
      paths.push_back(head.substr(path, head.find(' ', path) - path));
      c.send(created);
    }
  }};
  curl_engine engine{{}};

  protocol::http_request to(const std::string& path, std::uint32_t lane) const {
    return in_lane(lane, asking(method::get, "http://" + server.address() + path));
  }
};

TEST_F(Cancel, EndsWhatWasSubmittedBeforeAndNothingElse) {
  std::promise<void> busy;
  std::promise<void> go;
  engine.submit(to("/first", 1), [&](const protocol::http_outcome&) {
    busy.set_value();
    go.get_future().wait();
  });
  busy.get_future().wait(); // so is the engine's thread, and what follows waits for it
  auto before = begin(engine, to("/before", 1));
  auto missing = to("/missing", 1);
  missing.file = {"/nowhere/at/all", 0, 1, 1};
  auto unread = begin(engine, missing);
  auto nobodys = begin(engine, to("/nobodys", 0));
  auto other = begin(engine, to("/other", 2));
  engine.cancel(1);
  auto after = begin(engine, to("/after", 1));
  go.set_value();
  expect_cancelled(before.get());
  expect_cancelled(unread.get());
  for (auto* served : {&nobodys, &other, &after})
    EXPECT_EQ(status_of(served->get()), 201);
  const std::lock_guard guard{lock};
  std::sort(paths.begin(), paths.end());
  EXPECT_EQ(paths, (std::vector<std::string>{"/after", "/first", "/nobodys", "/other"}));
}

TEST_F(Cancel, OfAnEmptyLaneDoesNothing) {
  engine.cancel(1);
  EXPECT_EQ(status_of(ask(engine, to("/", 1))), 201);
  engine.cancel(1);
  engine.cancel(1);
  engine.cancel(7);
  EXPECT_EQ(status_of(ask(engine, to("/", 1))), 201);
  EXPECT_EQ(server.connections(), 1) << "what is idle is kept";
}

TEST_F(Cancel, AfterStopDoesNothing) {
  engine.stop();
  engine.cancel(1);
  EXPECT_EQ(why(ask(engine, to("/", 1))).message, "stopped before an answer came");
}

TEST_F(Cancel, AnswersEachOnceHoweverItRaces) {
  constexpr std::size_t each = 50;
  std::vector<std::atomic<int>> answered(4 * each);
  std::atomic<std::size_t> left{4 * each};
  std::promise<void> all_answered;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < each; ++i)
        engine.submit(to("/", t < 2 ? 1 : 2), [&, t, i](const protocol::http_outcome& how) {
          ++answered[t * each + i];
          const bool may_be_cancelled = t < 2;
          const bool cancelled = why(how).code == errc::interrupted;
          wrong += status_of(how) == 201 || (may_be_cancelled && cancelled) ? 0 : 1;
          if (--left == 0)
            all_answered.set_value();
        });
    });
  for (int i = 0; i < 20; ++i) {
    engine.cancel(1);
    EXPECT_EQ(status_of(ask(engine, to("/", 3))), 201);
  }
  for (auto& x : threads)
    x.join();
  all_answered.get_future().wait();
  engine.stop();
  EXPECT_EQ(wrong, 0);
  const auto once = [](const std::atomic<int>& times) { return times == 1; };
  EXPECT_TRUE(std::all_of(answered.begin(), answered.end(), once));
}

/// Sends what the server never answers, until the test lets it.
struct CancelUnderWay : testing::Test {
  test::temp_dir folder;
  std::promise<void> seen; ///< the server got as far as the test wants it to be
  std::promise<void> over;
  std::shared_future<void> until_over = over.get_future().share();
  curl_engine engine{{}};
};

TEST_F(CancelUnderWay, EndsABodyAndItsConnection) {
  constexpr std::uint64_t length = 64 << 20; // more than all buffers on the way
  test::write_sparse_file(folder / "blob", length);
  std::promise<std::size_t> arrived;
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    if (c.number() > 0) {
      c.send(created);
      return;
    }
    c.send("HTTP/1.1 100 Continue\r\n\r\n");
    auto got = c.read(1 << 20).size();
    seen.set_value();
    until_over.wait();
    while (const auto more = c.read(1 << 20).size())
      got += more;
    arrived.set_value(got);
  }};
  const auto url = "http://" + server.address();
  auto ended
    = begin(engine, in_lane(1, test::sending(method::put, url, folder / "blob", 0, length)));
  seen.get_future().wait();
  engine.cancel(1);
  const auto how = ended.get();
  over.set_value();
  expect_cancelled(how);
  EXPECT_GT(how.failed()->body_sent, 0U);
  EXPECT_LT(how.failed()->body_sent, length);
  EXPECT_FALSE(how.failed()->body_complete);
  EXPECT_LT(arrived.get_future().get(), length) << "and then it was closed";
  EXPECT_EQ(status_of(ask(engine, in_lane(1, asking(method::get, url)))), 201);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(CancelUnderWay, EndsABodyThatWaitsForBandwidth) {
  constexpr std::size_t length = 100'000;
  test::raw_server server{[&](test::raw_connection& c) {
    while (!c.read_head().empty() && c.read(length).size() == length)
      c.send(created);
  }};
  const auto body
    = in_lane(1, asking(method::put, "http://" + server.address(), std::string(length, 'x')));
  for (int i = 0; i < 3; ++i) { // a handle that was paused serves the next one
    engine.limit_bandwidth(1, 40'000);
    std::promise<void> sending;
    auto ended = begin(engine, body, [&, told = false](std::uint64_t) mutable {
      if (!std::exchange(told, true))
        sending.set_value();
    });
    sending.get_future().wait();
    engine.cancel(1);
    const auto how = ended.get();
    expect_cancelled(how);
    EXPECT_LT(how.failed()->body_sent, length);
    engine.limit_bandwidth(1, 0);
    EXPECT_EQ(status_of(ask(engine, body)), 201);
  }
}

TEST_F(CancelUnderWay, EndsTheWaitForAnAnswer) {
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    c.read(1000);
    if (c.number() == 0)
      seen.set_value();
    else
      c.send(created);
    c.drain();
  }};
  const auto body
    = in_lane(1, asking(method::put, "http://" + server.address(), std::string(1000, 'x')));
  auto ended = begin(engine, body);
  seen.get_future().wait();
  engine.cancel(1);
  const auto how = ended.get();
  expect_cancelled(how);
  EXPECT_EQ(how.failed()->body_sent, 1000U);
  EXPECT_TRUE(how.failed()->body_complete) << "the registry may have acted on it";
  EXPECT_EQ(status_of(ask(engine, body)), 201);
  EXPECT_EQ(server.connections(), 2) << "the late answer would be taken for the next one's";
}

TEST_F(CancelUnderWay, EndsAHandshakeThatNeverBegins) {
  test::raw_server server{[&](test::raw_connection& c) {
    c.read(1);
    seen.set_value();
    c.drain();
  }};
  auto ended = begin(engine, in_lane(1, asking(method::get, "https://" + server.address())));
  seen.get_future().wait();
  engine.cancel(1);
  expect_cancelled(ended.get());
}

TEST_F(CancelUnderWay, LeavesOtherLanesAlone) {
  constexpr std::size_t half = 100'000;
  std::atomic<int> halfway{0};
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    const auto got = c.read(half).size();
    if (++halfway == 4)
      seen.set_value();
    until_over.wait();
    if (got + c.read(half).size() == 2 * half)
      c.send(created);
    c.drain();
  }};
  const auto body = asking(method::put, "http://" + server.address(), std::string(2 * half, 'x'));
  auto one = begin(engine, in_lane(1, body));
  auto one_more = begin(engine, in_lane(1, body));
  auto two = begin(engine, in_lane(2, body));
  auto nobodys = begin(engine, body);
  seen.get_future().wait();
  engine.cancel(0);
  engine.cancel(1);
  expect_cancelled(one.get());
  expect_cancelled(one_more.get());
  over.set_value();
  EXPECT_EQ(status_of(two.get()), 201);
  EXPECT_EQ(status_of(nobodys.get()), 201);
}

TEST_F(CancelUnderWay, MayBeAskedForByACallback) {
  test::raw_server server{[&](test::raw_connection& c) {
    for (auto head = c.read_head(); !head.empty(); head = c.read_head()) {
      if (head.find("GET /held ") == 0)
        until_over.wait();
      c.send(created);
    }
  }};
  const auto url = "http://" + server.address();
  std::promise<protocol::http_outcome> again;
  test::tally answers;
  engine.submit(in_lane(1, asking(method::get, url + "/held")), answers.counting());
  engine.submit(in_lane(1, asking(method::get, url + "/held")), [&](protocol::http_outcome how) {
    expect_cancelled(how);
    engine.submit(in_lane(1, asking(method::get, url)),
                  [&](protocol::http_outcome last) { again.set_value(std::move(last)); });
  });
  engine.submit(in_lane(2, asking(method::get, url)),
                [&](const protocol::http_outcome&) { engine.cancel(1); });
  EXPECT_EQ(status_of(again.get_future().get()), 201) << "submitted after the call";
  over.set_value();
  engine.stop();
  EXPECT_EQ(answers.interrupted, 1);
  EXPECT_EQ(answers.other, 0);
}

} // namespace
} // namespace flotilla::transport
