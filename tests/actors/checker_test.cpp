#include "tests/actors/fleet_fixture.hpp"

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

} // namespace
} // namespace flotilla::actors
