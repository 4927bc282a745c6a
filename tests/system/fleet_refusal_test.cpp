#include "tests/system/fleet.hpp"
#include "tests/system/papers.hpp"
#include "tests/system/peak_memory.hpp"

#include <sstream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flotilla::test {

namespace {

/// Who may not come in at a coordinator's port, and what it costs.
class FleetRefusal : public ::testing::Test {
protected:
  fleet_of_processes fleet;
  papers ours, foreign;
  std::vector<int> sockets;

  ~FleetRefusal() override {
    for (const int fd : sockets)
      ::close(fd);
  }
  ended status(std::vector<std::string> more) const {
    more.insert(more.begin(), "status");
    return fleet.ask(std::move(more));
  }
  /// Connects to the coordinator without a word.
  int connect() {
    const auto& place = fleet.coordinator_place();
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(std::stoi(place.substr(place.rfind(':') + 1))));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    sockets.push_back(fd);
    return fd;
  }
  /// How many refusals of a certificate the coordinator has told.
  std::size_t refusals() {
    std::istringstream lines{fleet.coordinator().err()};
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);)
      if (line.find("refused") != std::string::npos
          && line.find("certificate") != std::string::npos)
        ++count;
    return count;
  }
  bool wait_for_refusals(std::size_t least) {
    for (int i = 0; i < 100 && refusals() < least; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    return refusals() >= least;
  }
  /// Nobody who was in the fleet has noticed anything.
  void expect_undisturbed(const std::string& worker) {
    EXPECT_EQ(fleet.coordinator().err().find("is lost"), std::string::npos)
      << fleet.coordinator().err();
    EXPECT_EQ(fleet.worker(worker).err().find("is lost"), std::string::npos)
      << fleet.worker(worker).err();
  }
};

// ---- certificates ----------------------------------------------------------------------------

TEST_F(FleetRefusal, OfWhoHasNoCertificateOrAForeignOneKeepsTheNodes) {
  fleet.start_coordinator(ours.flags());
  fleet.start_worker("a", ours.flags());
  for (const auto& given : {std::vector<std::string>{}, foreign.flags()}) {
    const auto answer = status(given);
    EXPECT_EQ(answer.status, 7) << answer.said();
    EXPECT_TRUE(answer.says("certs")) << answer.err;
  }
  EXPECT_EQ(status(ours.flags()).status, 0);
  expect_undisturbed("a");
}

/// Flotilla looks at its own certificate before it connects: OpenSSL's client does not.
TEST_F(FleetRefusal, IsToldToBothSides) {
  fleet.start_coordinator(ours.flags());
  fleet.start_worker("a", ours.flags());
  const struct {
    const char* who;
    std::vector<std::string> shows;
    const char* is_told; ///< the TLS alert, in OpenSSL's words
  } cases[] = {
    {"no certificate", {}, "alert certificate required"},
    {"a certificate of another authority of that name", openssl_flags(foreign.issue()),
     "alert decrypt error"},
    {"an expired certificate", openssl_flags(ours.issue_expired()), "alert certificate expired"},
  };
  std::size_t refused = 0;
  for (const auto& one : cases) {
    const auto turned_away = run(tls_client(fleet.coordinator_place(), one.shows));
    EXPECT_NE(turned_away.err.find(one.is_told), std::string::npos)
      << one.who << ": " << turned_away.err;
    EXPECT_TRUE(wait_for_refusals(++refused)) << one.who << ": " << fleet.coordinator().err();
  }
  EXPECT_EQ(status(ours.flags()).status, 0);
  expect_undisturbed("a");
}

TEST_F(FleetRefusal, OfOnesOwnExpiredCertificateComesFirst) {
  const auto expired = ours.issue_expired();
  const auto& place = fleet.coordinator_place();
  for (auto args : {std::vector<std::string>{"coordinator", "--listen", place},
                    {"worker", "--coordinator", place, "--root", "/"},
                    {"status", "--coordinator", place}}) {
    const auto flags = ours.flags(expired);
    args.insert(args.end(), flags.begin(), flags.end());
    const auto refused = fleet.flotilla.run(args);
    EXPECT_EQ(refused.status, 2) << args[0] << ": " << refused.said();
    EXPECT_TRUE(refused.says("--fleet-cert")) << refused.err;
    EXPECT_TRUE(refused.says(expired.certificate + " ended on ")) << refused.err;
  }
}

/// Whoever has taken the coordinator's place does not get the fleet with it.
TEST_F(FleetRefusal, OfACoordinatorWithoutAGoodCertificate) {
  const struct {
    const char* who;
    certificates::pair shows;
    const char* is_told;
  } cases[] = {
    {"a certificate of another authority of that name", foreign.issue(), "alert decrypt error"},
    {"an expired certificate", ours.issue_expired(), "alert certificate expired"},
  };
  for (const auto& one : cases) {
    process impostor{tls_server(fleet.coordinator_place(), ours.authority(), one.shows)};
    ASSERT_TRUE(impostor.wait_for("ACCEPT")) << impostor.err();
    const auto answer = status(ours.flags());
    EXPECT_EQ(answer.status, 7) << one.who << ": " << answer.said();
    EXPECT_TRUE(answer.says("certificates of one authority")) << answer.err;
    EXPECT_TRUE(impostor.wait_for(one.is_told)) << one.who << ": " << impostor.err();
    auto& worker = fleet.launch("a", fleet.flotilla.order(fleet.worker_args("a", ours.flags())));
    EXPECT_TRUE(worker.wait_for("trying again")) << worker.err();
    worker.signal(SIGTERM);
    EXPECT_EQ(worker.wait().status, 0) << worker.err();
  }
}

// ---- versions --------------------------------------------------------------------------------

/// The program of another version, which differs in nothing else.
command of_another_version(command order) {
  order.args.front() = built("flotilla_other_version");
  return order;
}

class FleetRefusalOfAnotherVersion : public FleetRefusal {
protected:
  std::string version_of(const command& asked) const {
    return program::finish(run(asked)).report.at("version");
  }
  const std::string our_version = version_of(fleet.flotilla.order({"version", "--json"}));
  const std::string other_version
    = version_of(of_another_version(fleet.flotilla.order({"version", "--json"})));

  static std::string sentence(const std::string& head, const std::string& caller,
                              const std::string& its) {
    return "the coordinator is Flotilla " + head + ", and " + caller + " is " + its
           + ": a fleet runs one version";
  }
  void expect_refused(process& head, process& worker, const ended& client,
                      const std::string& version_of_head, const std::string& version_of_others) {
    const auto of_worker = sentence(version_of_head, "worker a", version_of_others);
    EXPECT_TRUE(worker.wait_for(of_worker)) << worker.err();
    EXPECT_TRUE(worker.wait_for("install one version")) << worker.err();
    EXPECT_TRUE(head.wait_for("refused: " + of_worker)) << head.err();
    const auto of_client = sentence(version_of_head, "a client", version_of_others);
    EXPECT_EQ(client.status, 2) << client.said();
    EXPECT_TRUE(client.says(of_client)) << client.err;
    EXPECT_TRUE(head.wait_for("refused: " + of_client)) << head.err();
  }
};

TEST_F(FleetRefusalOfAnotherVersion, IsExplainedOnBothSides) {
  ASSERT_NE(our_version, other_version);
  fleet.start_coordinator();
  auto& worker
    = fleet.launch("a", of_another_version(fleet.flotilla.order(fleet.worker_args("a"))));
  const auto client = program::finish(run(of_another_version(
    fleet.flotilla.order({"status", "--coordinator", fleet.coordinator_place(), "--json"}))));
  expect_refused(fleet.coordinator(), worker, client, our_version, other_version);
  EXPECT_EQ(fleet.ask({"status"}).report.at("nodes").size(), 0U);
}

TEST_F(FleetRefusalOfAnotherVersion, IsExplainedWhereTheCoordinatorIsTheOtherAndEndsWithIt) {
  auto& worker = fleet.launch("a", fleet.flotilla.order(fleet.worker_args("a")));
  {
    process head{
      of_another_version(fleet.flotilla.order({"coordinator", "--listen", fleet.coordinator_place(),
                                               "--state-dir", fleet.flotilla / "head"}))};
    ASSERT_TRUE(head.wait_for("listens on")) << head.err();
    expect_refused(head, worker, fleet.ask({"status"}), other_version, our_version);
  }
  fleet.start_coordinator();
  EXPECT_TRUE(worker.wait_for("joined the fleet")) << worker.err();
}

// ---- strangers -------------------------------------------------------------------------------

TEST_F(FleetRefusal, OfGarbageAndIdleConnectionsCostsTheFleetNothing) {
  fleet.start_coordinator(ours.flags());
  fleet.start_worker("a", ours.flags());
  for (unsigned i = 0; i < 1000; ++i) {
    const int fd = connect();
    const auto garbage = noise(i, 100);
    if (i % 2 == 0) {
      EXPECT_EQ(::send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL), 100);
    }
  }
  const small_model model{fleet.flotilla};
  for (int i = 0; i < 10 && status(ours.flags()).status != 0; ++i) {
  } // a thousand handshakes begin before ours
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"), ours.flags());
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_FALSE(fleet.coordinator().ended());
}

/// A header of CAF's protocol (caf/io/basp/header.hpp): operation, two empty bytes, flags, the
/// payload's length, operation data, sender, receiver. This one announces a message of 3 GiB to
/// actor 1.
std::string forged_header() {
  std::string header(32, '\0');
  header[0] = 2;      // direct_message
  header[4] = '\xC0'; // 0xC0000000 bytes
  header[23] = 1;
  header[31] = 1;
  return header;
}

/// CAF takes the memory for a message as soon as it is announced: only who belongs to the fleet may
/// announce one.
TEST_F(FleetRefusal, OfAForgedHeaderCostsNoMemory) {
  fleet.start_coordinator(ours.flags());
  fleet.start_worker("a", ours.flags());
  const auto header = forged_header();
  const auto before = peak_memory_of(fleet.coordinator().pid());
  ASSERT_GT(before, 0U);
  EXPECT_EQ(::send(connect(), header.data(), header.size(), MSG_NOSIGNAL), 32) << "without TLS";
  for (const auto& shown : {std::vector<std::string>{}, openssl_flags(foreign.issue()),
                            openssl_flags(ours.issue_expired())}) {
    const auto turned_away = run(tls_client(fleet.coordinator_place(), shown, header));
    EXPECT_FALSE(turned_away.timed_out);
    EXPECT_EQ(turned_away.out, "") << "CAF has answered";
  }
  const small_model model{fleet.flotilla};
  const auto pushed = fleet.push(model.source, fleet.to("m:v1"), ours.flags());
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_LT(peak_memory_of(fleet.coordinator().pid()), before + (256U << 20U));
  expect_undisturbed("a");
}

} // namespace

} // namespace flotilla::test
