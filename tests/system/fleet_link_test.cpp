#include "tests/system/fleet.hpp"

#include <fcntl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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

TEST_F(FleetLink, RefusesWhoHasNoCertificateOrAForeignOneAndKeepsItsNodes) {
  fleet.start_coordinator(papers("pki", "head"));
  fleet.start_worker("a", papers("pki", "a"));
  for (const auto& given : {std::vector<std::string>{}, papers("other", "a")}) {
    const auto answer = status(given);
    EXPECT_EQ(answer.status, 7) << answer.said();
    EXPECT_TRUE(answer.says("certs")) << answer.err;
  }
  EXPECT_EQ(status(papers("pki", "client")).status, 0);
  EXPECT_EQ(fleet.coordinator().err().find("is lost"), std::string::npos)
    << fleet.coordinator().err();
  EXPECT_EQ(fleet.worker("a").err().find("is lost"), std::string::npos) << fleet.worker("a").err();
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

TEST_F(FleetLink, AWorkerWaitsForItsCoordinator) {
  auto& worker = fleet.launch("a", fleet.flotilla.order(fleet.worker_args("a")));
  ASSERT_TRUE(worker.wait_for("no coordinator"));
  fleet.start_coordinator();
  EXPECT_TRUE(worker.wait_for("joined the fleet")) << worker.err();
}

TEST_F(FleetLink, BearsGarbageAndIdleConnections) {
  fleet.start_coordinator(papers("pki", "head"));
  fleet.start_worker("a", papers("pki", "a"));
  const auto port = static_cast<std::uint16_t>(
    std::stoi(fleet.coordinator_place().substr(fleet.coordinator_place().rfind(':') + 1)));
  std::vector<int> sockets;
  for (int i = 0; i < 1000; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(fd, 0);
    sockets.push_back(fd);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    const auto garbage = noise(static_cast<unsigned>(i), 100);
    if (i % 2 == 0) {
      EXPECT_EQ(::send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL), 100);
    }
  }
  const small_model model{fleet.flotilla};
  const auto ours = papers("pki", "client");
  for (int i = 0; i < 10 && status(ours).status != 0; ++i) {
  } // a thousand handshakes begin before ours
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"), ours);
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  for (int fd : sockets)
    ::close(fd);
  EXPECT_FALSE(fleet.coordinator().ended());
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
  const registry locked{{"ann", "hush-hush", false, {}, {}, {}, {}}};
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
