#include "protocol/token.hpp"

#include "protocol/openssh_key.hpp"
#include "tests/support/known_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

challenge bearer(std::string realm, std::string service = {}) {
  challenge made{"bearer", {}, {{"realm", std::move(realm)}}};
  if (!service.empty())
    made.parameters.emplace_back("service", std::move(service));
  return made;
}

const credentials nobody;
const credentials ann{"ann", "secret"};
const url secure_registry = *parse_url("https://reg.example/v2/");
const url plain_registry = *parse_url("http://reg.example:5000/v2/");
const url local_registry = *parse_url("http://localhost:5000/v2/");
const url private_registry = *parse_url("https://10.1.2.4/v2/");

TEST(RepositoryScope, IsTypeNameAndActions) {
  EXPECT_EQ(repository_scope("models/llama", "pull,push"), "repository:models/llama:pull,push");
}

TEST(TokenUrl, AsksTheRealmForServiceScopesAndAccount) {
  auto made = token_url(bearer("https://auth.example/token", "reg.example"),
                        {"repository:a/b:pull,push", "repository:c:pull"}, {"me@example", "x"},
                        secure_registry);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->to_string(), "https://auth.example/token?service=reg.example"
                               "&scope=repository:a/b:pull%2Cpush&scope=repository:c:pull"
                               "&account=me%40example");
}

TEST(TokenUrl, LeavesOutWhatIsNotThere) {
  EXPECT_EQ(token_url(bearer("https://auth.example"), {}, nobody, secure_registry)->to_string(),
            "https://auth.example/");
}

TEST(TokenUrl, KeepsTheQueryOfTheRealm) {
  auto made = token_url(bearer("https://auth.example/t?tenant=a%20b&x", "s & t"), {"r:n:*"}, nobody,
                        secure_registry);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->to_string(),
            "https://auth.example/t?tenant=a%20b&x&service=s%20%26%20t&scope=r:n:%2A");
}

TEST(TokenUrl, GoesWhereCredentialsMayGo) {
  const struct {
    const char* name;
    const char* realm;
    const url& registry;
    errc code; // none: allowed
  } cases[] = {
    {"another host by https", "https://auth.example/t", secure_registry, errc::none},
    {"from a plain registry to https", "https://auth.example/t", plain_registry, errc::none},
    {"loopback to loopback", "http://127.0.0.1:5001/t", local_registry, errc::none},
    {"loopback to loopback by name", "http://localhost/t", local_registry, errc::none},
    {"https to http", "http://auth.example/t", secure_registry, errc::refused},
    {"https to http on the same host", "http://reg.example/t", secure_registry, errc::refused},
    {"https to http on loopback", "http://localhost/t", secure_registry, errc::refused},
    {"loopback to elsewhere", "http://auth.example/t", local_registry, errc::refused},
    {"loopback to what begins alike", "http://localhost.example/t", local_registry, errc::refused},
    {"plain to elsewhere", "http://auth.example/t", plain_registry, errc::refused},
    {"no URL", "auth.example/t", secure_registry, errc::malformed},
    {"path", "/token", secure_registry, errc::malformed},
    {"public to loopback", "https://127.0.0.1/t", secure_registry, errc::refused},
    {"public to private", "https://10.1.2.3/t", secure_registry, errc::refused},
    {"public to link-local", "https://169.254.169.254/t", secure_registry, errc::refused},
    {"public to private, IPv6", "https://[fd00::1]/t", secure_registry, errc::refused},
    {"loopback to private", "https://10.1.2.3/t", local_registry, errc::none},
    {"private to private", "https://10.1.2.3/t", private_registry, errc::none},
    {"empty", "", secure_registry, errc::malformed},
    {"file", "file:///etc/passwd", secure_registry, errc::malformed},
    {"user info", "https://a:b@auth.example/", secure_registry, errc::malformed},
    {"header within", "https://auth.example/\r\nX: y", secure_registry, errc::malformed},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto made = token_url(bearer(c.realm), {}, ann, c.registry);
    ASSERT_EQ(static_cast<bool>(made), c.code == errc::none);
    if (!made) {
      EXPECT_EQ(made.error().code, c.code);
    }
  }
}

TEST(TokenUrl, GoesInTheClearOnlyWithoutCredentialsAndFromAPlainRegistry) {
  const struct {
    const char* name;
    const url& registry;
    credentials who;
    errc code; // none: allowed
  } cases[] = {
    {"plain and anonymous", plain_registry, nobody, errc::none},
    {"plain with credentials", plain_registry, ann, errc::refused},
    {"TLS and anonymous", secure_registry, nobody, errc::refused},
    {"TLS with credentials", secure_registry, ann, errc::refused},
    {"loopback and anonymous", local_registry, nobody, errc::none},
    {"loopback with credentials", local_registry, ann, errc::refused},
    {"plain with a password alone", plain_registry, credentials{"", "secret"}, errc::refused},
    {"plain with a user alone", plain_registry, credentials{"ann", ""}, errc::refused},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto made = token_url(bearer("http://auth.example/t"), {}, c.who, c.registry);
    EXPECT_EQ(made ? errc::none : made.error().code, c.code);
  }
}

TEST(TokenUrl, IsAtMostEightKilobytesLong) {
  // `https://auth.example/t?scope=` has 29 bytes
  const auto made = [](std::size_t scope, const std::string& service, const credentials& who) {
    return token_url(bearer("https://auth.example/t", service), {std::string(scope, 'x')}, who,
                     secure_registry);
  };
  auto longest = made(8192 - 29, "", nobody);
  ASSERT_TRUE(longest);
  EXPECT_TRUE(parse_url(longest->to_string()));
  const result<url> refused[] = {
    made(8192 - 28, "", nobody),
    made(4000, std::string(4200, 's'), nobody),
    made(1, std::string(3000, '&'), nobody), // three bytes each once it is escaped
    made(1, "", {std::string(8192, 'u'), "secret"}),
    token_url(bearer("https://auth.example/t?key=hunter2"),
              std::vector<std::string>(300, "repository:models/llama:pull"), nobody,
              secure_registry),
  };
  for (const auto& each : refused) {
    ASSERT_FALSE(each);
    EXPECT_EQ(each.error().code, errc::refused);
    EXPECT_THAT(each.error().message, HasSubstr("https://auth.example/t"));
    EXPECT_THAT(each.error().message, HasSubstr("8 KiB"));
    EXPECT_THAT(each.error().message, Not(HasSubstr("hunter2")));
    EXPECT_LT(each.error().message.size(), 500u);
  }
}

TEST(TokenUrl, RefusalNamesTheRealm) {
  auto made = token_url(bearer("http://auth.example/t?key=hunter2"), {}, ann, secure_registry);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("http://auth.example/t"));
  EXPECT_THAT(made.error().message, HasSubstr("https://reg.example"));
  EXPECT_THAT(made.error().message, Not(HasSubstr("hunter2")));
}

TEST(TokenAnswer, GivesTokenAndLifetime) {
  const struct {
    const char* name;
    const char* json;
    const char* token;
    std::int64_t lifetime;
  } cases[] = {
    {"token", R"({"token":"abc","expires_in":300})", "abc", 300},
    {"access_token", R"({"access_token":"abc","expires_in":300})", "abc", 300},
    {"both", R"({"token":"abc","access_token":"abc"})", "abc", 60},
    {"token is empty", R"({"token":"","access_token":"abc"})", "abc", 60},
    {"token is null", R"({"token":null,"access_token":"abc"})", "abc", 60},
    {"no lifetime", R"({"token":"abc"})", "abc", 60},
    {"short lifetime", R"({"token":"abc","expires_in":5})", "abc", 5},
    {"less than a second", R"({"token":"abc","expires_in":0.9})", "abc", 60},
    {"no lifetime left", R"({"token":"abc","expires_in":0})", "abc", 60},
    {"negative lifetime", R"({"token":"abc","expires_in":-900})", "abc", 60},
    {"fractional lifetime", R"({"token":"abc","expires_in":299.9})", "abc", 299},
    {"lifetime as text", R"({"token":"abc","expires_in":"300"})", "abc", 60},
    {"lifetime past all clocks", R"({"token":"abc","expires_in":1e300})", "abc", 31'536'000},
    {"lifetime past 64 bits", R"({"token":"abc","expires_in":99999999999999999999})", "abc",
     31'536'000},
    {"more members", R"({"token":"a.b-c_d~e+f/g==","issued_at":"x","scope":"y"})",
     "a.b-c_d~e+f/g==", 60},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto answer = parse_token_answer(c.json);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->token, c.token);
    EXPECT_EQ(answer->lifetime, seconds{c.lifetime});
  }
}

TEST(TokenAnswer, WithoutAUsableTokenIsRefusedAndNotQuoted) {
  for (const char* json :
       {"", "hunter2", "{", "[]", "null", "\"hunter2\"", "{}", R"({"token":7})", R"({"token":""})",
        R"({"token":["hunter2"]})", R"({"token":{"token":"hunter2"}})",
        R"({"token":"hunter2\r\nX-Evil: 1"})", R"({"token":"hunter2 x"})",
        R"({"token":"hunter2\u0000"})", R"({"token":"hunter2\u00e9"})",
        R"({"refresh_token":"hunter2"})", R"({"Token":"hunter2"})", "<html>hunter2</html>"}) {
    SCOPED_TRACE(json);
    auto answer = parse_token_answer(json);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::malformed);
    EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
  }
  EXPECT_FALSE(parse_token_answer(R"({"x":)" + std::string(10'000, '[')));
}

TEST(TokenAnswer, HoldsATokenOfAtMostSixteenKilobytes) {
  const auto answer = [](const char* name, std::size_t size) {
    return '"' + std::string{name} + R"(":")" + std::string(size, 'x') + '"';
  };
  auto longest = parse_token_answer('{' + answer("token", 16'384) + '}');
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->token.size(), 16'384u);
  auto other
    = parse_token_answer('{' + answer("token", 16'385) + ',' + answer("access_token", 3) + '}');
  ASSERT_TRUE(other);
  EXPECT_EQ(other->token, "xxx");
  for (std::size_t size : {std::size_t{16'385}, std::size_t{5} << 20})
    for (const char* name : {"token", "access_token"}) {
      auto refused = parse_token_answer('{' + answer(name, size) + '}');
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, errc::malformed);
      EXPECT_THAT(refused.error().message, HasSubstr("16 KiB"));
      EXPECT_LT(refused.error().message.size(), 200u);
    }
}

TEST(Authorization, IsWrittenAsTheRfcsHaveIt) {
  EXPECT_EQ(basic_authorization({"Aladdin", "open sesame"}), // RFC 7617 section 2
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(bearer_authorization("mF_9.B5f-4.1JqM"), "Bearer mF_9.B5f-4.1JqM"); // RFC 6750 2.1
}

credentials with_key() {
  credentials who;
  who.ollama_key = std::make_shared<const ed25519_key>(test::known_key::pair());
  who.source = "--ollama-key /k";
  return who;
}

TEST(Credentials, AreEmptyWithoutUserPasswordTokenAndKey) {
  EXPECT_TRUE(credentials{}.empty());
  EXPECT_FALSE((credentials{"u", ""}.empty()));
  EXPECT_FALSE((credentials{"", "p"}.empty()));
  EXPECT_FALSE(with_key().empty());
}

TEST(Credentials, AreDescribedBySourceAndWithoutASecret) {
  credentials who{"ann", "hush"};
  EXPECT_EQ(describe(who), "as user ann");
  who.source = "somewhere";
  EXPECT_EQ(describe(who), "as user ann (somewhere)");
  who.identity_token = "hush";
  EXPECT_EQ(describe(who), "as user ann, with an identity token (somewhere)");
  who.user = "";
  EXPECT_EQ(describe(who), "with an identity token (somewhere)");
  who.identity_token = "";
  who.registry_token = "hush";
  EXPECT_EQ(describe(who), "with a registry token (somewhere)");
  EXPECT_EQ(describe({"", "hush"}), "with a password");
  EXPECT_EQ(describe({"a\x1b[31m", ""}), "as user a [31m");
  EXPECT_EQ(describe({}), "without a login");
  EXPECT_EQ(describe(with_key()),
            std::string{"with the key "} + test::known_key::ssh_public + " (--ollama-key /k)");
}

TEST(Credentials, AreMendedByWhatTheyAre) {
  EXPECT_THAT(log_in_hint_for(credentials{}), HasSubstr("docker login"));
  const auto hint = log_in_hint_for(with_key());
  EXPECT_THAT(hint, HasSubstr(std::string{"ssh-ed25519 "} + test::known_key::ssh_public));
  EXPECT_THAT(hint, HasSubstr("ollama.com"));
  EXPECT_THAT(hint, HasSubstr("clock"));
}

TEST(Conceal, TakesEverySecretOutOfAForeignText) {
  std::string text = "you sent Bearer abcdef.x, and again abcdef.x!";
  conceal_authorization(text, "Bearer abcdef.x");
  EXPECT_EQ(text, "you sent Bearer ***, and again ***!");
}

TEST(Conceal, LeavesATextAloneThatHoldsNone) {
  for (const auto* secret : {"", "Basic ", "abc", "Bearer nothing-of-it"}) {
    std::string text = "abc said no";
    conceal_authorization(text, secret);
    EXPECT_EQ(text, "abc said no") << secret;
  }
}

TEST(Conceal, TakesAPasswordOutWhole) {
  std::string text = "bob said hunter two";
  conceal(text, "hunter two");
  EXPECT_EQ(text, "bob said ***");
}

} // namespace
} // namespace flotilla::protocol
