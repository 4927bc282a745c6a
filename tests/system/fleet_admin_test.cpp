#include "tests/system/fleet.hpp"

#include <gmock/gmock.h>
#include <httplib.h>

#include <fstream>

namespace flotilla::test {

namespace {

using testing::HasSubstr;

/// A fleet of one coordinator and one worker, both of which tell of themselves.
class FleetAdmin : public ::testing::Test {
protected:
  FleetAdmin() {
    fleet.start_coordinator({"--admin", at(head_port)});
    fleet.start_worker("one", {"--admin", at(worker_port)});
  }
  static std::string at(int port) {
    return "127.0.0.1:" + std::to_string(port);
  }
  static httplib::Response get(int port, const char* path) {
    httplib::Client client{"127.0.0.1", port};
    auto result = client.Get(path);
    return result ? *result : httplib::Response{};
  }
  /// What is served once that is in it; looked at for some seconds.
  static std::string get_with(int port, const char* path, const std::string& awaited) {
    std::string body;
    for (int i = 0; i < 100; ++i) {
      body = get(port, path).body;
      if (body.find(awaited) != std::string::npos)
        break;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    return body;
  }
  static bool wait_for_status(int port, const char* path, int status) {
    for (int i = 0; i < 100 && get(port, path).status != status; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    return get(port, path).status == status;
  }

  int head_port = free_port();
  int worker_port = free_port();
  fleet_of_processes fleet;
};

TEST_F(FleetAdmin, ShowsAPushAndWhatItsWorkerSent) {
  const small_model model{fleet.flotilla, {layer(noise(3, 1 << 20))}};
  const auto done = fleet.push(model.source, fleet.to("m:v1"));
  ASSERT_EQ(done.status, 0) << done.said();
  const auto head = get_with(head_port, "/metrics", "flotilla_fleet_jobs{state=\"done\"} 1\n");
  EXPECT_THAT(head, HasSubstr("flotilla_fleet_jobs{state=\"done\"} 1\n"));
  EXPECT_THAT(head, HasSubstr("flotilla_fleet_nodes 1\n"));
  EXPECT_THAT(head, HasSubstr("state=\"uploaded\"} " + std::to_string(done.blobs("uploaded"))));
  const auto sent = std::to_string(done.bytes("sent"));
  EXPECT_THAT(get_with(worker_port, "/metrics", "sent_bytes_total " + sent),
              HasSubstr("flotilla_sent_bytes_total " + sent + '\n'));
}

TEST_F(FleetAdmin, CountsTheRequestsOfEachProcess) {
  const small_model model{fleet.flotilla, {layer(noise(3, 1 << 20)), layer(noise(4, 100))}};
  const auto done = fleet.push(model.source, fleet.to("m:v1"));
  ASSERT_EQ(done.status, 0) << done.said();
  const auto blobs = std::to_string(done.blobs("uploaded"));
  const auto worker = get(worker_port, "/metrics").body;
  EXPECT_THAT(worker, HasSubstr("requests_total{class=\"2xx\",method=\"PUT\",step=\"upload\"} "
                                + blobs + '\n'));
  EXPECT_THAT(worker, HasSubstr("flotilla_commit_duration_seconds_count " + blobs + '\n'));
  EXPECT_THAT(worker, HasSubstr("flotilla_upload_duration_seconds_count{up_to=\"1MiB\"} " + blobs));
  EXPECT_THAT(worker, HasSubstr("requests_in_flight{method=\"PUT\",step=\"upload\"} 0\n"));
  const auto head = get(head_port, "/metrics").body;
  EXPECT_THAT(head, HasSubstr("requests_total{class=\"2xx\",method=\"PUT\",step=\"upload\"} 0\n"));
  EXPECT_THAT(head, HasSubstr("requests_total{class=\"2xx\",method=\"PUT\",step=\"manifest\"} "));
}

/// Prometheus' own reader of metrics finds nothing wrong with them.
TEST_F(FleetAdmin, ServesWhatPromtoolHasNothingAgainst) {
  const small_model model{fleet.flotilla};
  ASSERT_EQ(fleet.push(model.source, fleet.to("m:v1")).status, 0);
  get_with(head_port, "/metrics", "flotilla_fleet_jobs{state=\"done\"} 1\n");
  for (const int port : {head_port, worker_port}) {
    command order;
    order.args = {"promtool", "check", "metrics"};
    order.input = get(port, "/metrics").body;
    const auto end = run(std::move(order));
    EXPECT_EQ(end.status, 0);
    EXPECT_EQ(end.out + end.err, "");
  }
}

TEST_F(FleetAdmin, CountsANodeThatIsLost) {
  get_with(head_port, "/metrics", "flotilla_fleet_joins_total 1\n");
  fleet.worker("one").signal(SIGKILL);
  EXPECT_THAT(get_with(head_port, "/metrics", "flotilla_fleet_losses_total 1\n"),
              HasSubstr("flotilla_fleet_nodes 0\n"));
}

TEST_F(FleetAdmin, AnswersWithWhatStatusShows) {
  const auto body = get_with(head_port, "/status", "\"one\"");
  const auto status = nlohmann::json::parse(body, nullptr, false);
  ASSERT_TRUE(status.is_object()) << body;
  const auto& nodes = status.at("nodes");
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].at("name"), "one");
  EXPECT_EQ(nodes[0].at("admin"), at(worker_port));
  EXPECT_TRUE(status.at("pushes").empty());
}

TEST_F(FleetAdmin, IsReadyWhileTheFleetStands) {
  EXPECT_TRUE(wait_for_status(head_port, "/readyz", 200));
  EXPECT_TRUE(wait_for_status(worker_port, "/readyz", 200));
  fleet.coordinator().signal(SIGKILL);
  EXPECT_TRUE(wait_for_status(worker_port, "/readyz", 503));
  EXPECT_EQ(get(worker_port, "/healthz").status, 200);
  EXPECT_THAT(get(worker_port, "/metrics").body, HasSubstr("flotilla_node_joined 0\n"));
}

TEST_F(FleetAdmin, KeepsTheListThatPrometheusReads) {
  const auto path = fleet.flotilla / "head/targets.json";
  std::string text;
  for (int i = 0; i < 100 && text.find(at(worker_port)) == std::string::npos; ++i) {
    std::ifstream in{path};
    text.assign(std::istreambuf_iterator<char>{in}, {});
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  const auto list = nlohmann::json::parse(text, nullptr, false);
  ASSERT_TRUE(list.is_array()) << text;
  EXPECT_EQ(list[0].at("targets"), nlohmann::json::array({at(head_port)}));
  EXPECT_EQ(list[1].at("targets"), nlohmann::json::array({at(worker_port)}));
}

} // namespace

} // namespace flotilla::test
