#include "tests/actors/fleet_fixture.hpp"

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::method;
using test::network;

class Uploader : public fleet {
protected:
  Uploader() {
    order.options.check = protocol::check_mode::never;
    hold_bodies();
  }
  std::size_t bodies_begun() const {
    return net->count(method::put, "digest=");
  }
};

TEST_F(Uploader, OpensTheNextSessionWhileABodyIsOnTheWire) {
  plan({100, 100, 100});
  add_node("local", 1);
  submit();
  EXPECT_EQ(bodies_begun(), 1u);
  EXPECT_EQ(net->count(method::post), 2u);
}

TEST_F(Uploader, FreesItsSlotBeforeTheCommitIsAnswered) {
  plan({100, 100, 100});
  add_node("local", 1);
  submit();
  network::body_left(net->held[0]);
  settle();
  EXPECT_EQ(bodies_begun(), 2u);
}

TEST_F(Uploader, TakesTheSlotBackForABodyThatLeavesOnceMore) {
  plan({100, 100, 100});
  add_node("local", 1);
  submit();
  network::body_left(net->held[0]);
  settle();
  ASSERT_EQ(bodies_begun(), 2u);
  network::body_at(net->held[0], 10); // after a 401, say
  network::body_left(net->held[1]);
  settle();
  EXPECT_EQ(bodies_begun(), 2u);
  network::body_left(net->held[0]);
  net->let_go(1); // one commit less to await
  settle();
  EXPECT_EQ(bodies_begun(), 3u);
}

TEST_F(Uploader, SendsOneBodyAtATimeAndAwaitsFewCommits) {
  plan(std::vector<std::uint64_t>(10, 100));
  add_node("local", 1);
  submit();
  for (int i = 0; i < 5 && net->held.size() > bodies_begun() - 1; ++i) {
    network::body_left(net->held.back());
    settle();
  }
  EXPECT_EQ(bodies_begun(), uploader_state::most_commits);
}

TEST_F(Uploader, KeepsNothingWaitingBehindALongBody) {
  const std::uint64_t longer = uploader_state::open_ahead_below * 4;
  plan({longer, 100, 100});
  add_node("local", 2);
  submit();
  // One uploader has the long body and took nothing more; the other does the rest.
  ASSERT_EQ(bodies_begun(), 2u);
  EXPECT_EQ(net->count(method::post), 3u);
  EXPECT_EQ(net->held[0].request.body_length(), longer);
  network::body_left(net->held[1]);
  settle();
  EXPECT_EQ(bodies_begun(), 3u);
}

TEST_F(Uploader, AsManyBodiesAsSlots) {
  plan(std::vector<std::uint64_t>(100, 1 << 20));
  add_node("local", 8);
  submit();
  EXPECT_EQ(bodies_begun(), 8u);
}

TEST_F(Uploader, DoesOtherBlobsWhileOneWaitsForItsNextTry) {
  plan({100, 100, 100, 100});
  net->hold = [](const auto&) { return false; };
  net->respond = [this](const protocol::http_request& request) {
    if (request.verb == method::post && request.url.find(digest_of(0)) != std::string::npos)
      return network::answer(500);
    return registry(request);
  };
  add_node("local", 1);
  submit();
  EXPECT_EQ(registry.blobs.size(), 3u);
}

TEST_F(Uploader, TakesNoMoreThanAFewBlobsFromARegistryInTrouble) {
  plan(std::vector<std::uint64_t>(100, 100));
  net->respond = [this](const protocol::http_request& request) {
    return request.verb == method::post ? network::answer(500) : registry(request);
  };
  add_node("local", 1);
  submit();
  EXPECT_EQ(net->count(method::post), uploader_state::most_waiting);
}

TEST_F(Uploader, AsksForNoMoreMountsFromAClosedRepository) {
  plan(std::vector<std::uint64_t>(20, 100));
  source_plan.mount_sources = {"library/base"};
  for (auto& blob : source_plan.blobs)
    blob.mount_from = 1;
  net->hold = [](const auto&) { return false; };
  net->respond = [this](const protocol::http_request& request) {
    return request.url.find("from=library/base") != std::string::npos ? network::answer(403)
                                                                      : registry(request);
  };
  add_node("local", 1);
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::none) << report->why.message;
  EXPECT_LE(net->count(method::post, "from=library/base"), 2u);
}

TEST_F(Uploader, IsPatientWithALongBodyThatIsCutLateButNotForEver) {
  plan({1000});
  order.options.retry_budget = 60s;
  net->respond = [this](const protocol::http_request& request) {
    return request.verb == method::put ? network::silence(false) : registry(request);
  };
  add_node("local", 1);
  submit();
  // Each body takes 40 s and is cut at the end: two of them outlast the budget.
  for (unsigned body = 1; body <= uploader_state::patient_bodies; ++body) {
    for (int i = 0; i < 60 && net->held.empty(); ++i)
      pass(1s);
    ASSERT_FALSE(report) << body;
    for (int i = 1; i <= 4; ++i) {
      pass(10s);
      network::body_at(net->held[0], static_cast<std::uint64_t>(i) * 249);
      settle();
    }
    net->let_go(0);
    settle();
  }
  for (int i = 0; i < 120 && !report; ++i) {
    if (!net->held.empty())
      network::body_at(net->held[0], 500);
    pass(1s);
  }
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::gave_up);
}

TEST_F(Uploader, CountsBytesThatAreSentAgain) {
  plan({1000});
  int tries = 0;
  net->hold = [](const auto&) { return false; };
  net->respond = [this, tries](const protocol::http_request& request) mutable {
    if (request.verb == method::put && request.url.find("digest=") != std::string::npos
        && ++tries == 1)
      return network::silence(false);
    return registry(request);
  };
  add_node("local", 1);
  submit();
  pass(1s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->last.sent_bytes, 2000u);
  EXPECT_EQ(report->last.resent_bytes, 1000u);
}

} // namespace
} // namespace flotilla::actors
