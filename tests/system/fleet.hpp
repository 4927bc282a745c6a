#pragma once

#include "tests/support/port.hpp"
#include "tests/support/registry.hpp"
#include "tests/system/bodies.hpp"
#include "tests/system/program.hpp"
#include "tests/system/served.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace flotilla::test {

/// A fleet of real processes on loopback, and a registry.
class fleet_of_processes {
public:
  program flotilla;
  registry there;

  const std::string& coordinator_place() const {
    return place_;
  }
  std::string to(const std::string& rest) const {
    return there.address() + "/models/" + rest;
  }

  /// Starts the coordinator, or starts it again on the same port and state directory.
  void start_coordinator(std::vector<std::string> more = {}) {
    std::vector<std::string> args{"coordinator", "--listen", place_, "--state-dir",
                                  flotilla / "head"};
    args.insert(args.end(), more.begin(), more.end());
    head_ = std::make_unique<process>(flotilla.order(std::move(args)));
    ASSERT_TRUE(head_->wait_for("listens on")) << head_->err();
  }
  process& coordinator() {
    return *head_;
  }

  /// Starts a worker that may read the home, and waits until it has joined.
  process& start_worker(const std::string& name, std::vector<std::string> more = {}) {
    auto& fresh = launch(name, flotilla.order(worker_args(name, std::move(more))));
    EXPECT_TRUE(fresh.wait_for("joined the fleet")) << name << ": " << fresh.err();
    return fresh;
  }
  std::vector<std::string> worker_args(const std::string& name,
                                       std::vector<std::string> more = {}) const {
    std::vector<std::string> args{"worker", "--coordinator", place_,       "--name",
                                  name,     "--root",        flotilla / ""};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }
  process& launch(const std::string& name, command order) {
    return *(workers_[name] = std::make_unique<process>(std::move(order)));
  }
  process& worker(const std::string& name) {
    return *workers_.at(name);
  }

  /// `flotilla push --coordinator …`, beside the test.
  std::unique_ptr<process> begin_push(const std::string& source, const std::string& reference,
                                      std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--coordinator", place_, "--log-level", "info"});
    return std::make_unique<process>(
      flotilla.order(program::with("push", source, reference, std::move(more))));
  }
  ended push(const std::string& source, const std::string& reference,
             std::vector<std::string> more = {}) const {
    return program::finish(begin_push(source, reference, std::move(more))->wait());
  }
  ended ask(std::vector<std::string> args) const {
    args.insert(args.end(), {"--coordinator", place_, "--json"});
    return flotilla.run(std::move(args));
  }

  /// The id of the push that a client follows.
  static std::string id_of(process& client) {
    EXPECT_TRUE(client.wait_for("is in the fleet's hands")) << client.err();
    std::smatch found;
    const auto said = client.err();
    return std::regex_search(said, found, std::regex{"p-[0-9a-f]{6}"}) ? found.str() : "none";
  }
  /// Bytes of blobs that have left for the push, by its coordinator.
  std::uint64_t sent(const std::string& id) const {
    auto status = ask({"status", id});
    return status.report.is_object() && status.report.contains("bytes") ? status.bytes("sent") : 0;
  }
  /// Waits until so many bytes have left.
  bool wait_until_sent(const std::string& id, std::uint64_t bytes) const {
    for (int i = 0; i < 300; ++i) {
      if (sent(id) >= bytes)
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
  }
  /// Waits until the coordinator has so many nodes.
  bool wait_for_nodes(std::size_t count) const {
    for (int i = 0; i < 300; ++i) {
      const auto status = ask({"status"});
      if (status.report.is_object() && status.report.at("nodes").size() == count)
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    return false;
  }
  /// How often each blob's upload was closed, by the registry's access log.
  std::map<std::string, int> uploads() const {
    return bodies(there, "201");
  }

private:
  std::string place_ = "127.0.0.1:" + std::to_string(free_port());
  std::unique_ptr<process> head_;
  std::map<std::string, std::unique_ptr<process>> workers_;
};

} // namespace flotilla::test
