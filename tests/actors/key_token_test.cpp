#include "protocol/ollama_token.hpp"
#include "tests/actors/token_fixture.hpp"
#include "tests/support/known_key.hpp"

#include <gmock/gmock.h>

#include <set>

// The TOKEN actor with a key of Ollama's. That the signature is right is shown by the protocol's
// tests, and by a registry that verifies it (tests/system/ollama_key_test.cpp).

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::errc;
using test::network;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* challenge
  = R"(Bearer realm="https://registry.test/v2/token",service="s",scope="repository:m/x:pull")";

std::shared_ptr<const protocol::ed25519_key> known_key() {
  return std::make_shared<const protocol::ed25519_key>(test::known_key::pair());
}

/// RFC 8032 section 7.1, test 1.
std::shared_ptr<const protocol::ed25519_key> other_key() {
  protocol::ed25519_key pair;
  pair.seed = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
               0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
               0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
  pair.public_key = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
                     0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
                     0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
  return std::make_shared<const protocol::ed25519_key>(std::move(pair));
}

class KeyToken : public token_fixture {
protected:
  KeyToken() {
    key = known_key();
    // as Ollama's registry answers: no lifetime
    net->respond = [this](const protocol::http_request&) {
      return answer_instead
               ? *answer_instead
               : network::answer(200, {}, R"({"token":"t)" + std::to_string(++issued) + "\"}");
    };
  }
  std::string parameter(std::size_t request, const std::string& name) const {
    const auto& url = net->asked.at(request).url;
    const auto begin = url.find(name + '=');
    if (begin == std::string::npos)
      return {};
    const auto value = url.substr(begin + name.size() + 1);
    return value.substr(0, value.find('&'));
  }
};

TEST_F(KeyToken, IsAskedForBySignatureAndForThePushsOwnScopes) {
  EXPECT_EQ(gist(challenge), "Bearer t1 48"); // four fifths of 60 s
  ASSERT_EQ(net->asked.size(), 1u);
  const auto& asked = net->asked[0];
  EXPECT_EQ(asked.verb, protocol::method::get);
  EXPECT_THAT(asked.url, StartsWith("https://registry.test/v2/token?nonce="));
  EXPECT_THAT(asked.url, HasSubstr("&scope=repository%3Am%2Fx%3Apull%2Cpush&service=s&ts="));
  EXPECT_THAT(std::string{asked.fields.value("authorization")},
              StartsWith(std::string{test::known_key::ssh_public} + ':'));
  EXPECT_THAT(parameter(0, "nonce"), MatchesRegex("[A-Za-z0-9_-]{22}"));
  EXPECT_THAT(parameter(0, "ts"), MatchesRegex("[0-9]{10}"));
}

/// A push of an hour: the server names no lifetime, and each request is another one.
TEST_F(KeyToken, IsRenewedAsLongAsAPushLasts) {
  ask(challenge);
  std::set<std::string> nonces{parameter(0, "nonce")};
  for (int i = 1; i <= 60; ++i) {
    pass(60s, 10s);
    EXPECT_EQ(gist("", "Bearer t" + std::to_string(i)), "Bearer t" + std::to_string(i + 1) + " 48");
    nonces.insert(parameter(static_cast<std::size_t>(i), "nonce"));
  }
  EXPECT_EQ(nonces.size(), 61u);
}

TEST_F(KeyToken, ThatTheRegistryRefusesIsReplacedOnceForAllWhoWait) {
  ask(challenge);
  hold = true;
  const char* as_it_comes[] = {
    R"(Bearer realm="https://registry.test/v2/token",service="s",scope="repository:m/x:pull,push")",
    R"(Bearer realm="https://registry.test/v2/token",service="s",scope="repository:m/x:push,pull")",
    challenge, ""};
  std::vector<std::shared_ptr<told>> heard;
  for (int i = 0; i < 64; ++i)
    heard.push_back(ask(as_it_comes[i % 4], "Bearer t1"));
  EXPECT_EQ(net->asked.size(), 2u);
  let_go_and_expect(heard, "Bearer t2 48");
}

TEST_F(KeyToken, IsNotAskedForAgainAtOnceWithAKeyThatWasRefused) {
  answer_instead = network::answer(401);
  const auto first = ask(challenge);
  ASSERT_TRUE(first->refused);
  EXPECT_EQ(first->refused->why.code, errc::unauthorized);
  EXPECT_THAT(first->refused->why.message, HasSubstr(test::known_key::ssh_public));
  EXPECT_THAT(first->refused->why.hint, HasSubstr("clock"));
  key = known_key(); // read again, it is the same
  EXPECT_EQ(gist(challenge), "unauthorized");
  EXPECT_EQ(net->asked.size(), 1u);
  answer_instead.reset();
  key = other_key();
  EXPECT_EQ(gist(challenge), "Bearer t1 48") << "another key is another login";
}

TEST_F(KeyToken, ServerInTroubleIsAskedAgain) {
  for (const auto& trouble : {network::answer(500), network::answer(429),
                              network::answer(200, {}, "<html>"), network::silence()}) {
    answer_instead = trouble;
    EXPECT_EQ(gist(challenge), "unavailable");
  }
  answer_instead.reset();
  EXPECT_EQ(gist(challenge), "Bearer t1 48");
}

TEST_F(KeyToken, IsSignedForNobodyButTheRegistryItself) {
  for (const char* realm : {"https://auth.test/v2/token", "https://registry.test:8443/v2/token",
                            "http://registry.test:443/v2/token", "https://10.0.0.1/v2/token"}) {
    const auto heard = ask(std::string{R"(Bearer realm=")"} + realm + R"(",service="s")");
    ASSERT_TRUE(heard->refused) << realm;
    EXPECT_EQ(heard->refused->why.code, errc::refused) << realm;
    EXPECT_THAT(heard->refused->why.message, HasSubstr(realm));
  }
  EXPECT_TRUE(net->asked.empty());
}

TEST_F(KeyToken, IsNotSignedInTheClearBeyondLoopback) {
  registry = *protocol::parse_url("http://lan.test:5000");
  EXPECT_EQ(gist(R"(Bearer realm="http://lan.test:5000/v2/token")"), "usage");
  EXPECT_TRUE(net->asked.empty());
  registry = *protocol::parse_url("http://127.0.0.1:5000");
  EXPECT_EQ(gist(R"(Bearer realm="http://127.0.0.1:5000/v2/token")"), "Bearer t1 48");
}

TEST_F(KeyToken, IsNoPassword) {
  const auto heard = ask("Basic realm=\"x\"");
  ASSERT_TRUE(heard->refused);
  EXPECT_EQ(heard->refused->why.code, errc::unauthorized);
  EXPECT_THAT(heard->refused->why.message, HasSubstr("the tests is a key"));
  EXPECT_THAT(heard->refused->why.hint, HasSubstr("--username"));
  EXPECT_TRUE(net->asked.empty());
}

} // namespace
} // namespace flotilla::actors
