#include "tests/support/project_page.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"

#include <gmock/gmock.h>
#include <httplib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>

// Grafana's dashboards, held against a real Prometheus that has watched a real fleet in trouble.

namespace flotilla::test {

namespace {

using nlohmann::json;

std::string replaced(std::string in, const std::string& what, const std::string& by) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
    in.replace(at, what.size(), by);
  return in;
}

json dashboard(const char* name) {
  return json::parse(project_page((std::string{"configs/grafana/dashboards/"} + name).c_str()));
}

/// Those that show something.
std::vector<json> panels_of(const json& board) {
  std::vector<json> all;
  for (const auto& panel : board.at("panels"))
    if (panel.at("type") != "row")
      all.push_back(panel);
  return all;
}

/// Prometheus with the project's own configuration, but for the place of the list of targets and a
/// shorter interval.
class prometheus_server {
public:
  prometheus_server(const std::string& home, const std::string& targets) {
    std::filesystem::create_directories(home);
    for (const char* rules : {"recording.yml", "alerts.yml"})
      std::filesystem::copy_file(project_folder() / "configs/prometheus" / rules,
                                 home + '/' + rules);
    auto config = project_page("configs/prometheus/prometheus.yml");
    config = replaced(std::move(config), "/var/lib/flotilla/targets.json", targets);
    config = replaced(std::move(config), "interval: 5s", "interval: 1s");
    std::ofstream{home + "/prometheus.yml"} << config;
    command order;
    order.args = {"prometheus", "--config.file=" + home + "/prometheus.yml",
                  "--storage.tsdb.path=" + home + "/data",
                  "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
    process_ = std::make_unique<process>(std::move(order));
    EXPECT_TRUE(process_->wait_for("Server is ready")) << process_->err();
  }

  /// Values over all that has been scraped, those of all series; none that is no number.
  std::vector<double> values(const std::string& query) const {
    const auto now = static_cast<double>(std::time(nullptr));
    httplib::Params asked{{"query", query},
                          {"start", std::to_string(now - 120)},
                          {"end", std::to_string(now)},
                          {"step", "1"}};
    httplib::Client client{"127.0.0.1", port_};
    const auto answer = client.Get("/api/v1/query_range", asked, httplib::Headers{});
    const auto said = json::parse(answer ? answer->body : "", nullptr, false);
    std::vector<double> all;
    if (!said.is_object() || said.value("status", "") != "success") {
      ADD_FAILURE() << query << ": " << (answer ? answer->body : "no answer");
      return all;
    }
    for (const auto& series : said.at("data").at("result"))
      for (const auto& sample : series.at("values"))
        if (const auto value = std::stod(sample.at(1).get<std::string>()); !std::isnan(value))
          all.push_back(value);
    return all;
  }

private:
  int port_ = free_port();
  std::unique_ptr<process> process_;
};

TEST(Dashboards, ExplainEveryPanel) {
  for (const char* name : {"fleet.json", "push.json"}) {
    const auto board = dashboard(name);
    EXPECT_FALSE(board.at("description").get<std::string>().empty());
    for (const auto& panel : panels_of(board)) {
      SCOPED_TRACE(std::string{name} + ": " + panel.at("title").get<std::string>());
      const auto& shown = panel.at("fieldConfig").at("defaults");
      EXPECT_FALSE(panel.at("description").get<std::string>().empty());
      EXPECT_FALSE(shown.at("unit").get<std::string>().empty());
      EXPECT_FALSE(shown.at("noValue").get<std::string>().empty());
      EXPECT_EQ(panel.at("datasource").at("uid"), "${datasource}");
      EXPECT_FALSE(panel.at("targets").empty());
    }
  }
}

TEST(Dashboards, KnowOnlySeriesThatAreServed) {
  const auto documented = documented_series();
  const std::regex name{"(flotilla|process)_[a-z_]+"};
  for (const char* file : {"fleet.json", "push.json"})
    for (const auto& panel : panels_of(dashboard(file)))
      for (const auto& target : panel.at("targets")) {
        const auto query = target.at("expr").get<std::string>();
        for (std::sregex_iterator i{query.begin(), query.end(), name}, end; i != end; ++i) {
          const auto family = std::regex_replace(i->str(), std::regex{"_bucket$"}, "");
          EXPECT_EQ(documented.count(family), 1U) << family;
        }
      }
}

TEST(Dashboards, ShowAPushInTrouble) {
  scripted_registry there;
  int puts = 0;
  there.on("PUT", "/uploads/", [&puts, lock = std::make_shared<std::mutex>()](const seen_request&) {
    const std::lock_guard guard{*lock};
    ++puts;
    if (puts % 6 == 2)
      return std::optional{registry_error(429, "TOOMANYREQUESTS", "slow down")};
    return puts % 6 == 4 ? std::optional{hang_up()} : std::optional<answer>{};
  });
  fleet_of_processes fleet;
  const auto at = [] { return "127.0.0.1:" + std::to_string(free_port()); };
  fleet.start_coordinator({"--admin", at()});
  fleet.start_worker("one", {"--admin", at()});
  fleet.start_worker("two", {"--admin", at()});
  const prometheus_server prometheus{fleet.flotilla / "prometheus",
                                     fleet.flotilla / "head/targets.json"};
  const small_model model{fleet.flotilla, layers_of(24, 400'000)};
  const auto client
    = fleet.begin_push(model.source, there.address() + "/m:v1", {"--bandwidth", "1MB"});
  const auto id = fleet_of_processes::id_of(*client);
  const auto done = program::finish(client->wait());
  ASSERT_EQ(done.status, 0) << done.said();
  std::this_thread::sleep_for(std::chrono::seconds{3}); // for the last scrape
  for (const char* name : {"fleet.json", "push.json"})
    for (const auto& panel : panels_of(dashboard(name))) {
      SCOPED_TRACE(std::string{name} + ": " + panel.at("title").get<std::string>());
      for (const auto& target : panel.at("targets")) {
        auto query = replaced(target.at("expr").get<std::string>(), "$job", "flotilla-.*");
        query = replaced(std::move(query), "$__rate_interval", "4s");
        EXPECT_FALSE(prometheus.values(replaced(std::move(query), "$push", id)).empty())
          << "nothing is shown of " << target.at("expr");
      }
    }
  EXPECT_GT(prometheus.values("push:flotilla_job_sent_bytes:rate1m").size(), 0U);
  EXPECT_THAT(prometheus.values("min(up)"), testing::Contains(1)) << "all of them are scraped";
}

} // namespace

} // namespace flotilla::test
