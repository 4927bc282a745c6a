#include "tests/actors/fleet_fixture.hpp"

#include <gmock/gmock.h>

namespace flotilla::actors {
namespace {

using protocol::method;
using test::network;

class Checker : public fleet {
protected:
  Checker() {
    order.options.to = purpose::plan;
    net->hold = [](const protocol::http_request& request) {
      return request.verb == method::head && request.url.find("/blobs/") != std::string::npos;
    };
  }
};

TEST_F(Checker, AsksForSoManyAtOnceAndNoMore) {
  plan(std::vector<std::uint64_t>(300, 10));
  order.options.checks = 128;
  add_node();
  submit();
  EXPECT_EQ(net->held.size(), 128u);
  net->let_go(0);
  settle();
  EXPECT_EQ(net->held.size(), 128u);
  EXPECT_EQ(net->count(method::head, "/blobs/"), 129u);
}

TEST_F(Checker, LooksIntoTheMountSourceForWhatIsAbsent) {
  plan({10, 20});
  source_plan.mount_sources = {"other/repo"};
  for (auto& blob : source_plan.blobs)
    blob.mount_from = 1;
  net->hold = [](const auto&) { return false; };
  net->respond = [this](const protocol::http_request& request) {
    auto in_other = request.url.find("/v2/other/repo/blobs/" + digest_of(0));
    return in_other != std::string::npos ? network::answer(200, {{"Content-Length", "10"}})
                                         : registry(request);
  };
  add_node();
  submit();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->absent.size(), 2u);
  for (const auto& absent : report->absent)
    EXPECT_EQ(absent.mountable, absent.blob == 0);
}

/// As distribution does of a blob whose link was being written when it was killed.
class CheckerOfABrokenRecord : public Checker {
protected:
  CheckerOfABrokenRecord() {
    plan({10, 20});
    net->hold = [](const auto&) { return false; };
    net->respond = [this](const protocol::http_request& request) {
      const auto of_first = request.url.find("/blobs/" + digest_of(0)) != std::string::npos;
      const auto broken = request.verb == method::head && of_first && ++asked_ <= answers_;
      return broken ? network::answer(500) : registry(request);
    };
  }
  void submit_and_wait() {
    add_node();
    submit();
    for (int seconds = 0; seconds < 60 && !report; ++seconds)
      pass(std::chrono::seconds{1});
  }

  int answers_ = 1000;
  int asked_ = 0;
};

TEST_F(CheckerOfABrokenRecord, HasTheBlobSentAgain) {
  order.options.to = purpose::push;
  submit_and_wait();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::none) << report->why.message;
  EXPECT_EQ(asked_, 7);
  EXPECT_EQ(net->count(method::put, "digest="), 2u);
}

/// A registry that is in trouble has not lost its blobs, and nobody is told so.
TEST_F(CheckerOfABrokenRecord, PlansByTheRegistrysWordAlone) {
  answers_ = 8;
  registry.blobs.insert(digest_of(0));
  submit_and_wait();
  ASSERT_TRUE(report);
  EXPECT_EQ(asked_, 9);
  ASSERT_EQ(report->absent.size(), 1u) << "the other one";
  EXPECT_EQ(report->absent.front().blob, 1u);
}

TEST_F(CheckerOfABrokenRecord, VerifiesByTheRegistrysWordAlone) {
  order.options.to = purpose::verify;
  order.options.retry_budget = std::chrono::seconds{20};
  registry.blobs.insert(digest_of(0));
  submit_and_wait();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, protocol::errc::gave_up);
  EXPECT_THAT(report->why.message, testing::HasSubstr("500"));
}

} // namespace
} // namespace flotilla::actors
