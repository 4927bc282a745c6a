#include "metrics/request_metrics.hpp"

#include "tests/metrics/served.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

class RequestMetrics : public testing::Test {
protected:
  void expect(const std::string& sample) {
    EXPECT_THAT(test::served(registry), HasSubstr('\n' + sample + '\n'));
  }
  static constexpr request_kind check{"HEAD", "check"};
  static constexpr request_kind upload{"PUT", "upload"};

  prometheus::Registry registry;
  request_metrics metrics{registry, {check, upload}};
};

TEST_F(RequestMetrics, AreThereFromTheStart) {
  expect(R"(flotilla_requests_total{class="5xx",method="PUT",step="upload"} 0)");
  expect(R"(flotilla_request_duration_seconds_count{method="HEAD",step="check"} 0)");
  expect(R"(flotilla_requests_in_flight{method="HEAD",step="check"} 0)");
  test::expect_conventions(registry);
}

TEST_F(RequestMetrics, CountRequestsByWhatTheyWereForAndHowTheyEnded) {
  for (const int status : {200, 404, 404, 307, 503, 0})
    metrics.ended({check, status, 0.02, 0, 0});
  expect(R"(flotilla_requests_total{class="2xx",method="HEAD",step="check"} 1)");
  expect(R"(flotilla_requests_total{class="3xx",method="HEAD",step="check"} 1)");
  expect(R"(flotilla_requests_total{class="4xx",method="HEAD",step="check"} 2)");
  expect(R"(flotilla_requests_total{class="5xx",method="HEAD",step="check"} 1)");
  expect(R"(flotilla_requests_total{class="none",method="HEAD",step="check"} 1)");
  expect(R"(flotilla_request_duration_seconds_count{method="HEAD",step="check"} 6)");
}

TEST_F(RequestMetrics, ShowWhatIsInFlight) {
  metrics.began(check);
  metrics.began(check);
  metrics.ended({check, 200, 0.02, 0, 0});
  expect(R"(flotilla_requests_in_flight{method="HEAD",step="check"} 1)");
}

TEST_F(RequestMetrics, TimeBodiesThatWereTakenByTheirSize) {
  metrics.ended({upload, 201, 2, 1 << 20, 0.5});
  metrics.ended({upload, 201, 20, (1 << 20) + 1, 5});
  metrics.ended({upload, 500, 20, 1 << 20, 5});
  expect(R"(flotilla_upload_duration_seconds_count{up_to="1MiB"} 1)");
  expect(R"(flotilla_upload_duration_seconds_count{up_to="64MiB"} 1)");
  expect(R"(flotilla_upload_duration_seconds_sum{up_to="1MiB"} 2)");
  expect(R"(flotilla_commit_duration_seconds_sum 5.5)");
}

TEST_F(RequestMetrics, KnowNoOtherKinds) {
  metrics.began({"GET", "check"});
  metrics.ended({{"GET", "check"}, 200, 1, 0, 0});
  EXPECT_THAT(test::served(registry), Not(HasSubstr("GET")));
}

} // namespace
} // namespace flotilla::metrics
