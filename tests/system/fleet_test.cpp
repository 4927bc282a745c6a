#include "tests/system/fleet.hpp"

#include <filesystem>

namespace flotilla::test {

namespace {

namespace fs = std::filesystem;

class Fleet : public ::testing::Test {
protected:
  fleet_of_processes fleet;

  void start(std::initializer_list<const char*> workers) {
    fleet.start_coordinator();
    for (const auto* name : workers)
      fleet.start_worker(name);
  }
  struct followed {
    std::unique_ptr<process> client;
    std::string id;
  };
  /// A push of 20 MB that has sent half a megabyte of it, and takes a minute unless `let_go`.
  followed push_in_progress() {
    const small_model model{fleet.flotilla, layers_of(400, 50'000)};
    auto client = fleet.begin_push(model.source, fleet.to("m:v1"), {"--bandwidth", "300kB"});
    auto id = fleet_of_processes::id_of(*client);
    EXPECT_TRUE(fleet.wait_until_sent(id, 500'000));
    return {std::move(client), std::move(id)};
  }
  void let_go(const std::string& id) {
    EXPECT_EQ(fleet.ask({"limit", id, "--bandwidth", "0"}).status, 0);
  }
  void expect_served(const std::string& reference) {
    EXPECT_EQ(pulled(fleet.to(reference), fleet.flotilla / "pulled"),
              blobs_in(fleet.flotilla / "model"));
  }
};

TEST_F(Fleet, BringsAModelOfASharedFolderFromEveryNode) {
  start({"a", "b", "c"});
  const small_model model{fleet.flotilla, layers_of(60, 20'000)};
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_served("m:v1");
  EXPECT_EQ(pushed.blobs("uploaded"), model.blobs());
  ASSERT_EQ(pushed.report.at("nodes").size(), 3U);
  for (const auto& node : pushed.report.at("nodes"))
    EXPECT_GT(node.at("blobs").get<int>(), 0) << node.at("name");
  for (const auto& [digest, count] : fleet.uploads())
    EXPECT_EQ(count, 1) << digest;
}

/// Each worker in a mount namespace of its own, where the model's folder is its own third.
TEST_F(Fleet, BringsAModelOfWhichEachNodeHoldsAThird) {
  fleet.start_coordinator();
  const small_model model{fleet.flotilla, layers_of(30, 20'000)};
  const auto whole = fleet.flotilla / "model";
  std::size_t which = 0;
  for (const auto* name : {"a", "b", "c"}) {
    const auto third = fleet.flotilla / (std::string{"third-"} + name);
    fs::copy(whole, third, fs::copy_options::recursive);
    for (std::size_t i = 0; i < model.layers.size(); ++i)
      if (i % 3 != which)
        fs::remove(third + "/blobs/sha256/" + model.layers[i].id().hex());
    if (which != 0) // the manifest lies on one node alone
      fs::remove(third + "/index.json");
    auto order = fleet.flotilla.order(fleet.worker_args(name));
    order.args.insert(order.args.begin(),
                      {"unshare", "-m", "sh", "-c",
                       "mount --bind " + third + " " + whole + " && exec \"$@\"", "sh"});
    ASSERT_TRUE(fleet.launch(name, std::move(order)).wait_for("joined the fleet"));
    ++which;
  }
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_served("m:v1");
  for (const auto& node : pushed.report.at("nodes"))
    EXPECT_GE(node.at("blobs").get<int>(), 10) << node.at("name");
}

/// To CAF two processes with PID 1 and one set of network addresses are one node, by default.
TEST_F(Fleet, TellsTwoWorkersWithPidOneApart) {
  fleet.start_coordinator();
  const small_model model{fleet.flotilla, layers_of(20, 20'000)};
  for (const auto* name : {"a", "b"}) {
    auto order = fleet.flotilla.order(fleet.worker_args(name));
    order.args.insert(order.args.begin(), {"unshare", "-p", "-f", "--kill-child"});
    ASSERT_TRUE(fleet.launch(name, std::move(order)).wait_for("joined the fleet"));
  }
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"));
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.report.at("nodes").size(), 2U);
  EXPECT_EQ(fleet.ask({"status"}).report.at("nodes").size(), 2U);
}

TEST_F(Fleet, ReadsNothingOutsideItsRoots) {
  fleet.start_coordinator();
  const small_model model{fleet.flotilla};
  fs::create_directory(fleet.flotilla / "allowed");
  auto order = fleet.flotilla.order({"worker", "--coordinator", fleet.coordinator_place(), "--name",
                                     "a", "--root", fleet.flotilla / "allowed"});
  ASSERT_TRUE(fleet.launch("a", std::move(order)).wait_for("joined the fleet"));
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"));
  EXPECT_EQ(pushed.status, 3) << pushed.said();
  EXPECT_TRUE(pushed.says("--root")) << pushed.err;
}

TEST_F(Fleet, TakesTheSamePushTwiceAsOneJob) {
  start({"a"});
  auto [first, id] = push_in_progress();
  const auto again = fleet.push("oci:" + fleet.flotilla / "model", fleet.to("m:v1"), {"--detach"});
  EXPECT_EQ(again.report.at("id"), id);
  let_go(id);
  EXPECT_EQ(first->wait().status, 0);
  for (const auto& [digest, count] : fleet.uploads())
    EXPECT_EQ(count, 1) << digest;
}

TEST_F(Fleet, HandsOverAndTellsLater) {
  start({"a"});
  const small_model model{fleet.flotilla};
  const auto handed = fleet.push(model.source, fleet.to("m:v1"), {"--detach"});
  ASSERT_EQ(handed.status, 0) << handed.said();
  const auto id = handed.report.at("id").get<std::string>();
  auto status = nlohmann::json::object();
  for (int i = 0; i < 200 && !status.value("ended", false); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    status = fleet.ask({"status", id}).report;
  }
  EXPECT_TRUE(status.at("ended").get<bool>());
  EXPECT_FALSE(status.contains("error"));
  expect_served("m:v1");
}

TEST_F(Fleet, WaitsForItsFirstNode) {
  fleet.start_coordinator();
  const small_model model{fleet.flotilla};
  auto client = fleet.begin_push(model.source, fleet.to("m:v1"));
  const auto id = fleet_of_processes::id_of(*client);
  EXPECT_EQ(fleet.ask({"status", id}).report.at("waiting"), "no node has joined");
  fleet.start_worker("a");
  EXPECT_EQ(client->wait().status, 0) << client->err();
}

TEST_F(Fleet, GivesUpOnABlobThatNobodyHolds) {
  fleet.start_coordinator({"--node-grace", "1s"});
  fleet.start_worker("a");
  const small_model model{fleet.flotilla};
  const auto lost = model.layers[1].id();
  fs::remove(fleet.flotilla / ("model/blobs/sha256/" + lost.hex()));
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"));
  EXPECT_EQ(pushed.status, 7) << pushed.said();
  EXPECT_TRUE(pushed.says(lost.to_string())) << pushed.err;
  EXPECT_EQ(manifest_at(fleet.there.address(), "models/m", "v1").bytes, "");
}

// ---- commands --------------------------------------------------------------------------------

TEST_F(Fleet, CancelsAPush) {
  start({"a"});
  auto [client, id] = push_in_progress();
  EXPECT_EQ(fleet.ask({"cancel", id}).status, 0);
  EXPECT_EQ(client->wait().status, 130) << client->err();
  EXPECT_EQ(manifest_at(fleet.there.address(), "models/m", "v1").bytes, "");
  EXPECT_EQ(fleet.ask({"cancel", id}).status, 2) << "it has ended";
}

TEST_F(Fleet, PausesAndResumesAPush) {
  start({"a"});
  auto [client, id] = push_in_progress();
  ASSERT_EQ(fleet.ask({"pause", id}).status, 0);
  nlohmann::json before, now;
  do { // until nothing moves any more
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    now = fleet.ask({"status", id}).report.at("bytes");
  } while (before != now);
  EXPECT_LT(now.at("sent").get<std::uint64_t>(), now.at("total").get<std::uint64_t>());
  EXPECT_TRUE(fleet.ask({"status", id}).report.at("paused").get<bool>());
  ASSERT_EQ(fleet.ask({"resume", id}).status, 0);
  let_go(id);
  EXPECT_EQ(client->wait().status, 0) << client->err();
  expect_served("m:v1");
}

TEST_F(Fleet, KnowsNoPushThatIsNotThere) {
  start({});
  for (const auto* what : {"status", "cancel", "pause", "resume"}) {
    const auto answer = fleet.ask({what, "p-nothing"});
    EXPECT_EQ(answer.status, 2) << what;
    EXPECT_TRUE(answer.says("there is no push `p-nothing`")) << answer.err;
  }
}

// ---- losses ----------------------------------------------------------------------------------

TEST_F(Fleet, GoesOnWhenAllButOneWorkerAreKilled) {
  start({"a", "b", "c"});
  auto [client, id] = push_in_progress();
  fleet.worker("a").signal(SIGKILL);
  fleet.worker("b").signal(SIGKILL);
  let_go(id);
  EXPECT_EQ(client->wait().status, 0) << client->err();
  expect_served("m:v1");
}

TEST_F(Fleet, GoesOnWhenTheCoordinatorIsKilledAndComesBack) {
  start({"a", "b"});
  auto [client, id] = push_in_progress();
  fleet.coordinator().signal(SIGKILL);
  fleet.coordinator().wait();
  fleet.start_coordinator();
  EXPECT_TRUE(fleet.coordinator().wait_for("node b has joined")) << fleet.coordinator().err();
  let_go(id);
  const auto end = program::finish(client->wait());
  EXPECT_EQ(end.status, 0) << client->err();
  expect_served("m:v1");
  for (const auto& [digest, count] : fleet.uploads())
    EXPECT_EQ(count, 1) << digest << " was confirmed or on the wire, and was sent again";
}

TEST_F(Fleet, DoesWithoutAStoppedWorkerWhoseLeaseRunsOut) {
  start({"a", "b"});
  auto [client, id] = push_in_progress();
  fleet.worker("a").signal(SIGSTOP);
  EXPECT_TRUE(fleet.coordinator().wait_for("node a is lost")) << fleet.coordinator().err();
  let_go(id);
  EXPECT_EQ(client->wait().status, 0) << client->err();
  fleet.worker("a").signal(SIGCONT);
  EXPECT_TRUE(fleet.worker("a").wait_for("is lost")) << fleet.worker("a").err();
  expect_served("m:v1");
  EXPECT_TRUE(fleet.wait_for_nodes(2)) << fleet.worker("a").err();
}

TEST_F(Fleet, DrainsAWorkerThatIsAskedToStop) {
  start({"a", "b"});
  auto [client, id] = push_in_progress();
  fleet.worker("a").signal(SIGTERM);
  let_go(id);
  EXPECT_EQ(fleet.worker("a").wait().status, 0) << fleet.worker("a").err();
  EXPECT_EQ(client->wait().status, 0) << client->err();
  for (const auto& [digest, count] : fleet.uploads())
    EXPECT_EQ(count, 1) << digest;
  expect_served("m:v1");
}

TEST_F(Fleet, KeepsItsPushesOverAStopOfTheCoordinator) {
  start({"a"});
  auto [client, id] = push_in_progress();
  fleet.coordinator().signal(SIGTERM);
  EXPECT_EQ(fleet.coordinator().wait().status, 0);
  fleet.start_coordinator();
  EXPECT_NE(fleet.coordinator().err().find("pushes that go on: 1"), std::string::npos);
  let_go(id);
  EXPECT_EQ(client->wait().status, 0) << client->err();
  expect_served("m:v1");
}

} // namespace

} // namespace flotilla::test
