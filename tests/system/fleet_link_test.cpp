#include "tests/system/fleet.hpp"

#include <fstream>

namespace flotilla::test {

namespace {

class FleetLink : public ::testing::Test {
protected:
  fleet_of_processes fleet;

  /// Certificates of an authority in `dir`.
  std::vector<std::string> papers(const std::string& dir, const std::string& name) {
    const auto& flotilla = fleet.flotilla;
    flotilla.run({"certs", "init", "--dir", flotilla / dir});
    const auto issued = flotilla.run({"certs", "issue", name, "--dir", flotilla / dir});
    EXPECT_EQ(issued.status, 0) << issued.said();
    return {"--fleet-ca",   flotilla / (dir + "/ca.crt"),
            "--fleet-cert", flotilla / (dir + "/" + name + ".crt"),
            "--fleet-key",  flotilla / (dir + "/" + name + ".key")};
  }
  ended status(std::vector<std::string> more = {}) {
    std::vector<std::string> args{"status"};
    args.insert(args.end(), more.begin(), more.end());
    return fleet.ask(std::move(args));
  }
};

TEST_F(FleetLink, BringsAModelOverMutualTls) {
  fleet.start_coordinator(papers("pki", "head"));
  fleet.start_worker("a", papers("pki", "a"));
  const small_model model{fleet.flotilla};
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"), papers("pki", "client"));
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(FleetLink, StaysOnLoopbackWithoutCertificates) {
  for (const auto& args : {std::vector<std::string>{"coordinator", "--listen", "0.0.0.0:0"},
                           {"worker", "--coordinator", "head.example:7400", "--root", "/"},
                           {"status", "--coordinator", "192.0.2.1:7400"}}) {
    const auto refused = fleet.flotilla.run(args);
    EXPECT_EQ(refused.status, 2) << refused.said();
    EXPECT_TRUE(refused.says("flotilla certs init")) << refused.err;
  }
}

TEST_F(FleetLink, SaysThatNoCoordinatorIsThere) {
  const small_model model{fleet.flotilla};
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"));
  EXPECT_EQ(pushed.status, 7) << pushed.said();
  EXPECT_TRUE(pushed.says("Connection refused")) << pushed.err;
  EXPECT_EQ(status().status, 7);
}

TEST_F(FleetLink, TellsACoordinatorThatIsStoppedFromAStranger) {
  fleet.start_coordinator();
  fleet.coordinator().signal(SIGSTOP);
  const auto asked = status();
  fleet.coordinator().signal(SIGCONT);
  EXPECT_EQ(asked.status, 7) << asked.said();
  EXPECT_TRUE(asked.says("did not finish the handshake")) << asked.err;
  EXPECT_FALSE(asked.says("--fleet-ca")) << asked.err;
}

TEST_F(FleetLink, AWorkerWaitsForItsCoordinator) {
  auto& worker = fleet.launch("a", fleet.flotilla.order(fleet.worker_args("a")));
  ASSERT_TRUE(worker.wait_for("no coordinator"));
  fleet.start_coordinator();
  EXPECT_TRUE(worker.wait_for("joined the fleet")) << worker.err();
}

/// A name that is moved to another machine is followed there: nobody remembers where it led.
TEST_F(FleetLink, AWorkerAsksForItsCoordinatorsAddressAtEveryAttempt) {
  const auto& place = fleet.coordinator_place();
  const auto port = place.substr(place.rfind(':'));
  const auto hosts = fleet.flotilla / "hosts";
  write_file(hosts, "127.0.0.2 head.fleet.test\n");
  std::vector<std::string> there{"coordinator", "--listen", "127.0.0.2" + port, "--state-dir",
                                 fleet.flotilla / "head"};
  const auto of_head = papers("pki", "head");
  there.insert(there.end(), of_head.begin(), of_head.end());
  process first{fleet.flotilla.order(std::move(there))};
  ASSERT_TRUE(first.wait_for("listens on")) << first.err();
  auto order = fleet.flotilla.order(fleet.worker_args("a", papers("pki", "a")));
  order.args[3] = "head.fleet.test" + port;
  order.args.insert(
    order.args.begin(),
    {"unshare", "-m", "sh", "-c", "mount --bind " + hosts + " /etc/hosts && exec \"$@\"", "sh"});
  auto& worker = fleet.launch("a", std::move(order));
  ASSERT_TRUE(worker.wait_for("joined the fleet")) << worker.err();
  first.signal(SIGKILL);
  first.wait();
  EXPECT_TRUE(worker.wait_for("no coordinator: head.fleet.test" + port)) << worker.err();
  std::fstream{hosts, std::ios::in | std::ios::out} << "127.0.0.1"; // in place: it is mounted
  fleet.start_coordinator(of_head);
  EXPECT_TRUE(fleet.coordinator().wait_for("node a has joined")) << worker.err();
}

TEST_F(FleetLink, RefusesASecondWorkerOfTheSameName) {
  fleet.start_coordinator();
  fleet.start_worker("a");
  auto twin = std::make_unique<process>(fleet.flotilla.order(fleet.worker_args("a")));
  EXPECT_TRUE(twin->wait_for("is here already")) << twin->err();
}

TEST_F(FleetLink, RefusesASecondCoordinatorOnOneStateDirectory) {
  fleet.start_coordinator();
  const auto second = fleet.flotilla.run(
    {"coordinator", "--listen", "127.0.0.1:0", "--state-dir", fleet.flotilla / "head"});
  EXPECT_EQ(second.status, 2) << second.said();
  EXPECT_TRUE(second.says("--state-dir")) << second.err;
}

TEST_F(FleetLink, NeverGivesAPasswordToANode) {
  registry_options asks;
  asks.user = "ann";
  asks.password = "hush-hush";
  const registry locked{asks};
  auto order = fleet.flotilla.order({"coordinator", "--listen", fleet.coordinator_place(),
                                     "--state-dir", fleet.flotilla / "h", "--username", "ann",
                                     "--password-stdin", "--log-level", "debug"});
  order.input = "hush-hush\n";
  process head{std::move(order)};
  ASSERT_TRUE(head.wait_for("listens on")) << head.err();
  auto& worker = fleet.start_worker("a", {"--log-level", "debug"});
  const small_model model{fleet.flotilla};
  const auto pushed = fleet.push(model.source, locked.address() + "/m:v1");
  EXPECT_EQ(pushed.status, 4) << pushed.said();
  EXPECT_TRUE(pushed.says("nodes of a fleet are never given one")) << pushed.err;
  for (const auto& said : {head.err(), worker.err(), pushed.said()}) {
    EXPECT_EQ(said.find("hush-hush"), std::string::npos);
    EXPECT_EQ(said.find("YW5uOmh1c2gtaHVzaA"), std::string::npos) << "in base64";
  }
}

} // namespace

} // namespace flotilla::test
