#include "actors/http.hpp"

#include "actors/system_config.hpp"
#include "tests/support/raw_server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

namespace flotilla::actors {
namespace {

using protocol::errc;

/// What a watch was told.
struct notebook : exchange_watch {
  void began(protocol::method, protocol::request_step step) override {
    const std::lock_guard guard{lock};
    begun.push_back(step);
  }
  void ended(const exchange_end& how) override {
    const std::lock_guard guard{lock};
    ends.push_back(how);
  }
  std::mutex lock;
  std::vector<protocol::request_step> begun;
  std::vector<exchange_end> ends;
};

/// The HTTP actor before a real engine, and a server that answers no body but tells when it came.
struct Http : testing::Test {
  ~Http() override {
    engine->stop();
    caf::anon_send_exit(http_, caf::exit_reason::user_shutdown);
  }

  protocol::http_request put(std::uint32_t tag) const {
    protocol::http_request request;
    request.verb = protocol::method::put;
    request.url = "http://" + server.address();
    request.content = std::string(1000, 'x');
    request.lane = 1;
    request.tag = tag;
    return request;
  }

  std::promise<void> seen;
  std::atomic<int> bodies{0};
  test::raw_server server{[this](test::raw_connection& c) {
    c.read_head();
    c.read(1000);
    if (++bodies == 2)
      seen.set_value();
    c.drain();
  }};
  system_config config;
  caf::actor_system sys{config};
  std::shared_ptr<transport::curl_engine> engine
    = std::make_shared<transport::curl_engine>(transport::engine_options{});
  std::shared_ptr<notebook> notes = std::make_shared<notebook>();
  http_actor http_ = sys.spawn(http, engine, notes);
};

TEST_F(Http, CancelsOneRequestOfALane) {
  caf::scoped_actor self{sys};
  const auto ended = [&](auto pending) {
    protocol::failure why;
    pending.receive(
      [&](const protocol::http_outcome& how) {
        if (how.failed() != nullptr)
          why = how.failed()->why;
      },
      [&](const caf::error& error) { why.message = caf::to_string(error); });
    return why;
  };
  auto meant = self->request(http_, caf::infinite, atom::exchange_v, put(1));
  auto sibling = self->request(http_, caf::infinite, atom::exchange_v, put(2));
  seen.get_future().wait();
  self->send(http_, atom::cancel_v, std::uint32_t{1}, std::uint32_t{1},
             protocol::failure{errc::unavailable, "slower than the others", {}});
  EXPECT_EQ(ended(std::move(meant)).message, "slower than the others");
  self->send(http_, atom::cancel_v, std::uint32_t{1});
  EXPECT_EQ(ended(std::move(sibling)).code, errc::interrupted);
}

TEST_F(Http, TellsItsWatchHowLongEachRequestTook) {
  test::raw_server slow{[](test::raw_connection& c) {
    c.read_head();
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    c.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  }};
  caf::scoped_actor self{sys};
  protocol::http_request head;
  head.verb = protocol::method::head;
  head.url = "http://" + slow.address() + "/v2/m/blobs/sha256:12";
  self->request(http_, caf::infinite, atom::exchange_v, head)
    .receive([](const protocol::http_outcome&) {}, [](const caf::error&) {});
  const std::lock_guard guard{notes->lock};
  ASSERT_EQ(notes->begun.size(), 1u);
  ASSERT_EQ(notes->ends.size(), 1u);
  EXPECT_EQ(notes->begun[0], protocol::request_step::check);
  EXPECT_EQ(notes->ends[0].step, protocol::request_step::check);
  EXPECT_EQ(notes->ends[0].status, 404);
  EXPECT_GE(notes->ends[0].took, std::chrono::milliseconds{50});
}

} // namespace
} // namespace flotilla::actors
