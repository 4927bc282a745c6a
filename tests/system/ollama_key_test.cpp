#include "tests/support/complaints.hpp"
#include "tests/support/encoding.hpp"
#include "tests/support/known_key.hpp"
#include "tests/support/ollama_registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/support/tls_front.hpp"
#include "tests/system/all_below.hpp"
#include "tests/system/fleet.hpp"

#include <atomic>
#include <filesystem>
#include <sys/stat.h>

// Who has a key of Ollama's logs in with it, and its secret half stays in its file.

namespace flotilla::test {

namespace {

using namespace std::chrono_literals;

/// A registry that takes blobs as every registry does, behind the door of Ollama's.
class keyed_registry {
public:
  explicit keyed_registry(key_rules rules = {}) : door_(std::move(rules), noted_) {
    there.on("", "", [this](const seen_request& request) { return door_.stop(request); });
  }
  std::string address() const {
    return there.address();
  }
  std::size_t tokens() const {
    return there.count("GET", "^/v2/token");
  }
  std::vector<std::string> violations() const {
    return noted_.all();
  }
  void expire_tokens() {
    door_.expire_tokens();
  }

private:
  complaints noted_;
  ollama_door door_;

public:
  scripted_registry there; ///< last: it calls the door
};

key_rules knowing(const known_key::half& key) {
  key_rules rules;
  rules.public_key.assign(key.begin(), key.end());
  return rules;
}

class OllamaKey : public ::testing::Test {
protected:
  OllamaKey() {
    write_file(key, known_key::by_ssh_keygen);
  }
  ended check(const std::string& address, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"auth", "check", address + "/me/tiny:v1", "--json", "--log-level",
                               "debug", "--ollama-key", key});
    return flotilla.run(std::move(more));
  }
  ended push(const std::string& address, std::vector<std::string> more = {}) const {
    more.insert(more.end(),
                {"--log-level", "debug", "--state-dir", flotilla / "state", "--ollama-key", key});
    return flotilla.push(model.source, address + "/me/tiny:v1", std::move(more));
  }
  /// Neither what was said nor what was kept holds the seed, however it is written, nor a token.
  void expect_no_secret(const std::string& said) const {
    const auto kept = flotilla / "state"; // `auth check` keeps nothing
    const auto all = said + (std::filesystem::exists(kept) ? all_below(kept) : std::string{});
    const auto half = known_key::seed();
    const std::string seed(half.begin(), half.end());
    const std::string file = known_key::by_ssh_keygen;
    // the base64 of the seed in the file is shifted: its lines are looked for, too
    for (const auto& secret :
         {seed, seed.substr(8, 16), hex(seed), base64(seed), base64(seed).substr(4, 32),
          std::string{"OPENSSH PRIVATE KEY"}, file.substr(file.find("AAAEAAAQ"), 40),
          std::string{"ollama-token-"}})
      EXPECT_EQ(all.find(secret), std::string::npos) << secret << " in " << said;
  }

  program flotilla;
  std::string key = flotilla / "keys/id_ed25519";
  small_model model{flotilla};
};

// ---- auth check ---------------------------------------------------------------------------------

TEST_F(OllamaKey, IsWhatAuthCheckUses) {
  keyed_registry there{knowing(known_key::public_half)};
  const auto found = check(there.address());
  ASSERT_EQ(found.status, 0) << found.said();
  const auto& login = found.report.at("credentials");
  EXPECT_EQ(login.at("kind"), "key");
  EXPECT_EQ(login.at("public_key"), std::string{"ssh-ed25519 "} + known_key::ssh_public);
  EXPECT_EQ(login.at("source"), "--ollama-key " + key);
  EXPECT_EQ(found.report.at("authorization"), "bearer");
  EXPECT_EQ(found.report.at("token"), nullptr) << "it is opaque";
  EXPECT_EQ(found.report.at("pull"), true);
  EXPECT_EQ(found.report.at("push"), true);
  EXPECT_EQ(there.tokens(), 1U);
  EXPECT_TRUE(there.violations().empty()) << there.violations().front();
  EXPECT_TRUE(found.says("asking http://" + there.address() + "/v2/token for a token")) << "debug";
  expect_no_secret(found.said());
}

TEST_F(OllamaKey, IsShownToPeopleByItsPublicHalf) {
  keyed_registry there;
  flotilla.env = {{"FLOTILLA_OLLAMA_KEY", key}};
  const auto found = flotilla.run({"auth", "check", there.address() + "/me/tiny"});
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_NE(found.out.find(std::string{"key ssh-ed25519 "} + known_key::ssh_public
                           + ", by --ollama-key " + key),
            std::string::npos)
    << found.out;
  expect_no_secret(found.said());
}

/// Its uploads begin in another way than every registry's, so what opens one is answered for it.
TEST_F(OllamaKey, GetsATokenOfOllamasRegistry) {
  ollama_registry_options options;
  options.keys = knowing(known_key::public_half);
  ollama_registry there{options};
  there.answer_next("POST", "/blobs/uploads/",
                    {202, {{"Location", "/v2/me/tiny/blobs/uploads/1"}}, {}, {}});
  there.answer_next("DELETE", "/blobs/uploads/1", {204, {}, {}, {}});
  const auto found = check(there.address());
  ASSERT_EQ(found.status, 0) << found.said();
  EXPECT_EQ(found.report.at("pull"), true);
  EXPECT_EQ(there.count("GET", "^/v2/token"), 1U);
  EXPECT_TRUE(there.violations().empty()) << there.violations().front();
  expect_no_secret(found.said());
}

TEST_F(OllamaKey, ThatIsNotKnownIsTriedOnceAndNamedWithTheWayOut) {
  auto stranger = known_key::public_half;
  stranger[0] ^= 1U;
  keyed_registry there{knowing(stranger)};
  for (const auto& ended : {check(there.address()), push(there.address())}) {
    EXPECT_EQ(ended.status, 4) << ended.said();
    EXPECT_TRUE(ended.says(known_key::ssh_public)) << ended.err;
    EXPECT_TRUE(ended.says("--ollama-key " + key)) << ended.err;
    EXPECT_TRUE(ended.says(there.address() + "/v2/token")) << ended.err;
    EXPECT_TRUE(ended.says("ollama.com")) << ended.err;
    EXPECT_TRUE(ended.says("clock")) << ended.err;
    EXPECT_FALSE(ended.says("docker login")) << ended.err;
    expect_no_secret(ended.said());
  }
  EXPECT_EQ(there.tokens(), 2U) << "once for each command";
}

TEST_F(OllamaKey, IsRefusedByAClockThatIsFarOff) {
  for (const auto apart : {600s, -600s}) {
    key_rules rules;
    rules.clock = apart;
    keyed_registry there{rules};
    const auto found = check(there.address());
    EXPECT_EQ(found.status, 4) << found.said();
    EXPECT_TRUE(found.says("clock")) << found.err;
    EXPECT_TRUE(there.violations().empty()) << there.violations().front();
    expect_no_secret(found.said());
  }
}

TEST_F(OllamaKey, SignsNothingForAnotherPort) {
  scripted_registry other;
  scripted_registry there;
  there.on("", "",
           answer{401,
                  {{"WWW-Authenticate", "Bearer realm=\"http://" + other.address()
                                          + "/v2/token\",service=\"s\",scope=\"-\""}},
                  {},
                  {}},
           scripted_registry::always);
  for (const auto& ended : {check(there.address()), push(there.address())}) {
    EXPECT_EQ(ended.status, 5) << ended.said();
    EXPECT_TRUE(ended.says("another host")) << ended.err;
    EXPECT_TRUE(ended.says(other.address())) << ended.err;
    expect_no_secret(ended.said());
  }
  EXPECT_TRUE(other.log().empty());
}

TEST_F(OllamaKey, SignsNothingInTheClearForARegistryBehindTls) {
  scripted_registry behind;
  behind.on("", "", [](const seen_request& request) -> std::optional<answer> {
    return answer{401,
                  {{"WWW-Authenticate", "Bearer realm=\"http://" + request.header("Host")
                                          + "/v2/token\",service=\"s\""}},
                  {},
                  {}};
  });
  certificates authority;
  const tls_front front{behind.port(), authority.issue()};
  const auto found = check(front.address(), {"--ca-cert", authority.authority()});
  EXPECT_EQ(found.status, 5) << found.said();
  EXPECT_TRUE(found.says("in the clear")) << found.err;
  EXPECT_EQ(behind.count("GET", "^/v2/token"), 0U);
  expect_no_secret(found.said());
}

TEST_F(OllamaKey, LogsInOverTls) {
  scripted_registry behind;
  behind.on("GET", "^/v2/token", [](const seen_request& request) {
    const auto field = request.header("Authorization");
    const bool is_ours = field.rfind(std::string{known_key::ssh_public} + ':', 0) == 0;
    return std::optional{is_ours ? answer{200, {}, R"({"token":"ollama-token-1"})", {}}
                                 : answer{401, {}, {}, {}}};
  });
  behind.on("", "", [](const seen_request& request) -> std::optional<answer> {
    if (request.header("Authorization") == "Bearer ollama-token-1")
      return std::nullopt;
    return answer{401,
                  {{"WWW-Authenticate", "Bearer realm=\"https://" + request.header("Host")
                                          + "/v2/token\",service=\"s\""}},
                  {},
                  {}};
  });
  certificates authority;
  const tls_front front{behind.port(), authority.issue()};
  const auto found = check(front.address(), {"--ca-cert", authority.authority()});
  EXPECT_EQ(found.status, 0) << found.said();
  expect_no_secret(found.said());
}

TEST_F(OllamaKey, ThatCannotBeUsedIsNamedBeforeAnybodyIsAsked) {
  keyed_registry there;
  const auto fifo = flotilla / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  write_file(flotilla / "encrypted", known_key::encrypted);
  write_file(flotilla / "ecdsa", known_key::ecdsa);
  write_file(flotilla / "large", std::string(65 << 10, 'x'));
  for (const std::string bad : {"none", "fifo", "encrypted", "ecdsa", "large", "keys"}) {
    key = flotilla / bad;
    for (const auto& ended : {check(there.address()), push(there.address())}) {
      EXPECT_EQ(ended.status, 2) << ended.said();
      EXPECT_TRUE(ended.says(key)) << ended.err;
      EXPECT_TRUE(ended.says("--ollama-key")) << ended.err;
    }
  }
  EXPECT_TRUE(there.there.log().empty());
}

// ---- pushes -------------------------------------------------------------------------------------

TEST_F(OllamaKey, PushesAndGetsTheNextTokenWhenOneIsRefused) {
  keyed_registry there{knowing(known_key::public_half)};
  std::atomic<int> puts{0};
  there.there.on("PUT", "/blobs/uploads/", [&](const seen_request&) -> std::optional<answer> {
    if (++puts == 2)
      there.expire_tokens();
    return std::nullopt;
  });
  const auto pushed = push(there.address(), {"--uploads", "1"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(there.tokens(), 2U);
  EXPECT_TRUE(there.violations().empty()) << there.violations().front();
  EXPECT_EQ(there.there.content().manifest("me/tiny", "v1"), model.manifest.bytes);
  expect_no_secret(pushed.said());
}

TEST_F(OllamaKey, ServerInTroubleEndsNoPush) {
  std::atomic<int> asked{0};
  scripted_registry troubled;
  troubled.on("GET", "^/v2/token", [&](const seen_request&) -> std::optional<answer> {
    const auto n = ++asked;
    if (n == 1)
      return answer{500, {}, {}, {}};
    if (n == 2)
      return answer{200, {}, "<html>", {}};
    return answer{200, {}, R"({"token":"ollama-token-x"})", {}};
  });
  troubled.on("", "", [](const seen_request& request) -> std::optional<answer> {
    if (request.header("Authorization") == "Bearer ollama-token-x")
      return std::nullopt;
    return answer{
      401,
      {{"WWW-Authenticate", "Bearer realm=\"http://" + request.header("Host") + "/v2/token\""}},
      {},
      {}};
  });
  const auto pushed = push(troubled.address());
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(asked, 3);
  expect_no_secret(pushed.said());
}

TEST_F(OllamaKey, StaysWithTheCoordinator) {
  keyed_registry there{knowing(known_key::public_half)};
  fleet_of_processes fleet;
  const auto secret = fleet.flotilla / "head-key";
  write_file(secret, known_key::by_ssh_keygen);
  fleet.start_coordinator({"--ollama-key", secret, "--log-level", "debug"});
  // Nobody else may want to read one: this is none.
  fleet.flotilla.env = {{"FLOTILLA_OLLAMA_KEY", fleet.flotilla / "no-such-key"}};
  for (const auto* name : {"a", "b"})
    fleet.start_worker(name, {"--log-level", "debug"});
  const small_model far{fleet.flotilla, layers_of(6, 20'000)};
  const auto pushed = fleet.push(far.source, there.address() + "/me/tiny:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.said() << fleet.coordinator().err();
  EXPECT_TRUE(pushed.says("--ollama-key is ignored")) << pushed.err;
  EXPECT_TRUE(there.violations().empty()) << there.violations().front();
  expect_no_secret(pushed.said() + fleet.coordinator().err() + fleet.worker("a").err()
                   + fleet.worker("b").err() + all_below(fleet.flotilla / "head"));
}

} // namespace

} // namespace flotilla::test
