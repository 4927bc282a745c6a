#include "app/admin_server.hpp"
#include "app/coordinator_monitor.hpp"
#include "app/push_monitor.hpp"
#include "app/worker_monitor.hpp"

#include "tests/app/sample_push.hpp"
#include "tests/support/project_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <set>
#include <sstream>
#include <thread>

namespace flotilla::app {
namespace {

using protocol::errc;
using test::sample_push;
using testing::HasSubstr;
using testing::Not;

std::unique_ptr<push_monitor> started(const std::string& at = "127.0.0.1:0") {
  auto server = push_monitor::start(at);
  if (!server) {
    ADD_FAILURE() << server.error().message;
    return nullptr;
  }
  return std::move(*server);
}

template <class Monitor>
httplib::Response get(const Monitor& from, const char* path) {
  httplib::Client client{"127.0.0.1", from.port()};
  auto result = client.Get(path);
  return result ? *result : httplib::Response{};
}

/// The metrics' names, `_bucket`, `_sum` and `_count` of a histogram as one.
std::set<std::string> served_names(const std::string& text) {
  std::set<std::string> names;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("# TYPE ", 0) == 0)
      names.insert(line.substr(7, line.find(' ', 7) - 7));
  return names;
}

TEST(AdminServer, AnswersOnAPortOfItsOwn) {
  auto server = started();
  ASSERT_TRUE(server);
  EXPECT_NE(server->port(), 0);
  auto health = get(*server, "/healthz");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, "ok\n");
  EXPECT_EQ(get(*server, "/").status, 404);
  EXPECT_EQ(get(*server, "/metrics/more").status, 404);
}

TEST(AdminServer, ServesMetricsAsPrometheusReadsThem) {
  auto server = started();
  ASSERT_TRUE(server);
  server->update(sample_push{}.report.last);
  auto metrics = get(*server, "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(metrics.body.back(), '\n');
  for (const char* sample :
       {"flotilla_blobs_total{result=\"uploaded\"} 1\n", "flotilla_sent_bytes_total 13500\n",
        "flotilla_resent_bytes_total 1500\n", "flotilla_retries_total{reason=\"429\"} 3\n",
        "flotilla_retries_total{reason=\"network\"} 1\n", "flotilla_plan_bytes 15000\n",
        "flotilla_done_bytes 15000\n", "flotilla_push_duration_seconds_count 0\n"})
    EXPECT_THAT(metrics.body, HasSubstr(sample));
}

TEST(AdminServer, ServesTheLastStatus) {
  auto server = started();
  ASSERT_TRUE(server);
  auto status = get(*server, "/status");
  EXPECT_EQ(status.get_header_value("Content-Type"), "application/json");
  auto before = nlohmann::json::parse(status.body, nullptr, false);
  ASSERT_TRUE(before.is_object());
  EXPECT_EQ(before["blobs"]["total"], 0);
  server->update(sample_push{}.report.last);
  auto after = nlohmann::json::parse(get(*server, "/status").body, nullptr, false);
  EXPECT_EQ(after["blobs"]["total"], 4);
  EXPECT_EQ(after["bytes"]["sent"], 13'500);
  EXPECT_EQ(after["phase"], "ended");
}

TEST(AdminServer, MeasuresAPushThatHasEnded) {
  auto server = started();
  ASSERT_TRUE(server);
  server->conclude(sample_push{}.report);
  EXPECT_THAT(get(*server, "/metrics").body, HasSubstr("flotilla_push_duration_seconds_sum 2.5\n"));
}

TEST(AdminServer, TakesNoCommand) {
  auto server = started();
  ASSERT_TRUE(server);
  httplib::Client client{"127.0.0.1", server->port()};
  for (const char* path : {"/metrics", "/status", "/healthz", "/readyz"}) {
    EXPECT_EQ(client.Delete(path)->status, 405);
    EXPECT_EQ(client.Post(path, "stop", "text/plain")->status, 405);
  }
  EXPECT_EQ(get(*server, "/healthz").status, 200);
}

TEST(AdminServer, IsReadWhileItIsUpdated) {
  auto server = started();
  ASSERT_TRUE(server);
  std::thread reader{[&] {
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(get(*server, "/metrics").status, 200);
      EXPECT_TRUE(nlohmann::json::accept(get(*server, "/status").body));
    }
  }};
  auto status = sample_push{}.report.last;
  for (int i = 0; i < 1'000; ++i) {
    status.sent_bytes += 1;
    server->update(status);
  }
  reader.join();
}

TEST(AdminServer, RefusesAnAddressThatIsInUse) {
  auto first = started();
  ASSERT_TRUE(first);
  auto second = push_monitor::start("127.0.0.1:" + std::to_string(first->port()));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::usage);
  EXPECT_THAT(second.error().message, HasSubstr("in use"));
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(first->port())));
  EXPECT_THAT(second.error().hint, HasSubstr("port 0"));
}

TEST(AdminServer, FreesItsAddress) {
  auto first = started();
  ASSERT_TRUE(first);
  const auto at = "127.0.0.1:" + std::to_string(first->port());
  first.reset();
  EXPECT_TRUE(started(at));
}

TEST(AdminServer, RefusesAnAddressThatIsNotOurs) {
  for (const char* at : {"192.0.2.1:0", "nowhere.invalid:0", "127.0.0.1", "127.0.0.1:99999"}) {
    SCOPED_TRACE(at);
    auto server = push_monitor::start(at);
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code, errc::usage);
    EXPECT_THAT(server.error().message, HasSubstr(at));
  }
}

TEST(AdminServer, SaysWhatItsProcessLacks) {
  auto series = std::make_shared<metrics::exposition>(metrics::build_labels{});
  auto server = admin_server::start("127.0.0.1:0", series);
  ASSERT_TRUE(server);
  EXPECT_EQ(get(**server, "/readyz").status, 200);
  (*server)->set_readiness("nobody is there");
  EXPECT_EQ(get(**server, "/readyz").status, 503);
  EXPECT_EQ(get(**server, "/readyz").body, "nobody is there\n");
  EXPECT_EQ(get(**server, "/healthz").status, 200) << "it lives";
}

TEST(AdminServer, IsFoundByTheHostsNameWhereItListensOnAllAddresses) {
  auto series = std::make_shared<metrics::exposition>(metrics::build_labels{});
  auto everywhere = admin_server::start("0.0.0.0:0", series);
  auto here = admin_server::start("127.0.0.1:0", series);
  ASSERT_TRUE(everywhere && here);
  EXPECT_EQ((*here)->address(), "127.0.0.1:" + std::to_string((*here)->port()));
  EXPECT_EQ((*everywhere)->address().find("0.0.0.0"), std::string::npos);
}

TEST(AdminServer, ServesWhatTheDocumentsDescribeAndNoMore) {
  auto push = started();
  auto head = coordinator_monitor::start("127.0.0.1:0", "");
  auto worker = worker_monitor::start("127.0.0.1:0", {"one", 32, 128});
  ASSERT_TRUE(push && head && worker);
  auto names = served_names(get(*push, "/metrics").body);
  names.merge(served_names(get(**head, "/metrics").body));
  names.merge(served_names(get(**worker, "/metrics").body));
  EXPECT_EQ(test::documented_series(), names);
}

TEST(PrometheusTargets, NameTheCoordinatorAndEachWorkerThatTells) {
  std::vector<actors::node_overview> nodes(3);
  nodes[0].info.admin = "10.0.0.1:9101";
  nodes[2].info.admin = "[fd00::2]:9101";
  const auto list = nlohmann::json::parse(prometheus_targets("head:7401", nodes));
  const auto expected = nlohmann::json::parse(R"([
    {"targets": ["head:7401"], "labels": {"job": "flotilla-coordinator"}},
    {"targets": ["10.0.0.1:9101", "[fd00::2]:9101"], "labels": {"job": "flotilla-worker"}}])");
  EXPECT_EQ(list, expected);
}

} // namespace
} // namespace flotilla::app
